import { text } from '../requests/parameters.ts';
import { route, type Route } from '../route.ts';
import { at, listOf, objectOf } from '../openapi/shape.ts';
import { Problem } from '../../core/problem.ts';

/** The files of instances, read only: agents write them. */
export const fileRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/agents/:name/:id/files',
    operation: 'listFiles',
    access: 'agents',
    summary: 'What is in a folder of the workspace of an instance, by name.',
    query: { path: text('The folder, as the sandbox has it. Default: the workspace.') },
    throws: ['agent_not_found', 'not_found', 'sandbox_denied', 'sandbox_failed'],
    answers: {
      200: {
        description: 'Files and folders.',
        schema: () => objectOf({ files: listOf(at('FileInfo')) }),
      },
    },
    async handle({ engine, params, query }) {
      const session = engine.agents.session(params.name, params.id);
      const { path } = query;
      if (path !== undefined && (await session.stat(path))?.kind !== 'folder')
        throw new Problem('not_found', `there is no folder "${path}"`);
      return { status: 200, body: { files: await session.list(path) } };
    },
  }),
  route({
    method: 'GET',
    path: '/agents/:name/:id/files/content',
    operation: 'readFile',
    access: 'agents',
    summary: 'The bytes of a file of the workspace of an instance.',
    query: { path: { ...text('The file, as the sandbox has it.'), isNeeded: true } },
    throws: ['agent_not_found', 'not_found', 'sandbox_denied', 'sandbox_failed'],
    answers: {
      200: { description: 'The bytes.', gives: 'bytes', headers: ['Content-Disposition'] },
    },
    async handle({ engine, params, query: { path = '' } }) {
      const session = engine.agents.session(params.name, params.id);
      const found = await session.stat(path);
      if (found?.kind !== 'file') throw new Problem('not_found', `there is no file "${path}"`);
      const name = encodeURIComponent(found.path.split('/').at(-1) ?? 'file').replace(/'/g, '%27');
      return {
        bytes: await session.readBytes(path),
        headers: { 'Content-Disposition': `attachment; filename*=UTF-8''${name}` },
      };
    },
  }),
];
