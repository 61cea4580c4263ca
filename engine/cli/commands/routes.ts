import { servedRoutes } from '../../server/index.ts';
import { exitCodes } from '../exit-codes.ts';
import { openProgram } from '../open-program.ts';
import { table } from '../report/table.ts';
import { printable, type Terminal } from '../terminal.ts';

/** Options of `engine routes`. */
export interface RoutesOptions {
  readonly project: string;
  readonly all?: boolean;
  readonly json?: boolean;
}

/** Lists what a server of a project serves. */
export async function listRoutes({ project, all, json }: RoutesOptions, terminal: Terminal): Promise<number> {
  const program = await openProgram(project, terminal);
  const routes = servedRoutes(program).filter(({ path }) => all === true || !path.startsWith('/admin/'));
  const { out, err } = terminal;
  if (json === true) out.line(JSON.stringify({ routes }, null, 2));
  else {
    const rows = routes.map(({ method, path, access, summary }) => [
      method,
      printable(path),
      access,
      summary,
    ]);
    out.line(table([['METHOD', 'PATH', 'WHO MAY', 'WHAT IT DOES'], ...rows]));
    if (all !== true) err.line('those of operators with --all');
  }
  return exitCodes.ok;
}
