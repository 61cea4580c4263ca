import type { Command } from 'commander';
import type { McpOptions } from './commands/mcp.ts';
import { examples, perform } from './declare.ts';

/** The commands about MCP servers: `mcp list`, `mcp test` and `mcp lock`. */
export function declareMcp(engine: Command, end: (exitCode: number) => void): void {
  const mcp = engine
    .command('mcp')
    .description('list, test and lock the MCP servers of a project')
    .addHelpText('after', examples('engine mcp list', 'engine mcp test github', 'engine mcp lock'));

  mcp
    .command('list')
    .description('list the servers, how they are reached, and who has them; starts none')
    .option('-p, --project <folder>', 'project folder', '.')
    .option('--json', 'print JSON')
    .action(
      perform(end, async (terminal, _args, options: McpOptions) =>
        (await import('./commands/mcp.ts')).listServers(options, terminal),
      ),
    );

  mcp
    .command('test')
    .description('connect to servers and say what they offer, and how that differs from engine.lock')
    .argument('[server]', 'name of a server; default: all')
    .option('-p, --project <folder>', 'project folder', '.')
    .option('--json', 'print JSON')
    .action(
      perform(end, async (terminal, [server], options: McpOptions) =>
        (await import('./commands/mcp.ts')).testServers(server, options, terminal),
      ),
    );

  mcp
    .command('lock')
    .description('connect to servers and write what their tools are to engine.lock')
    .argument('[server]', 'name of a server; default: all, and those that are no more are taken out')
    .option('-p, --project <folder>', 'project folder', '.')
    .option('--check', 'write nothing; fail when the file would change')
    .option('--json', 'print JSON')
    .action(
      perform(end, async (terminal, [server], options: McpOptions & { check?: boolean }) =>
        (await import('./commands/mcp.ts')).lockServers(server, options, terminal),
      ),
    );
}
