import type { Program } from '../../program/program.ts';
import type { Access } from '../auth/caller.ts';
import { routes } from './routes.ts';

/** A route as a list shows it. */
export interface ServedRoute {
  /** `WS` opens a WebSocket. */
  readonly method: string;
  /** With the names of agents and workflows where a route has schemas of each. */
  readonly path: string;
  /** `public`: everybody; `signed-in`: whoever has signed in; else the scope that is needed. */
  readonly access: Access;
  readonly summary: string;
}

/** What a server of a project serves; where nobody has to sign in, everybody may use all of it. */
export function servedRoutes({ agents, workflows }: Program): readonly ServedRoute[] {
  const namesOf = (each: 'agent' | 'workflow' | undefined): readonly (string | undefined)[] => {
    if (each === undefined) return [undefined];
    return Object.keys(each === 'agent' ? agents : workflows);
  };
  const http = routes.flatMap(({ method, path, access, summary, each }) =>
    namesOf(each).map((name) => ({
      method,
      path: name === undefined ? path : path.replace(':name', encodeURIComponent(name)),
      access,
      summary,
    })),
  );
  const sockets = [
    ...Object.keys(agents).map((name) => ({
      method: 'WS',
      path: `/agents/${encodeURIComponent(name)}/:id`,
      access: 'agents' as const,
      summary: 'Talks with an instance of an agent, message by message.',
    })),
    ...Object.keys(workflows).map((name) => ({
      method: 'WS',
      path: `/workflows/${encodeURIComponent(name)}`,
      access: 'workflows' as const,
      summary: 'Starts runs, and tells what happens in them.',
    })),
  ];
  return [...http, ...sockets];
}
