import type { Engine } from '../../api.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import { components } from './components.ts';
import { errorResponses, headerComponents } from './errors.ts';
import { describeOperation, pathOf } from './operation.ts';
import { projectSchemas } from './project-components.ts';
import { tagOf, tags } from './tags.ts';
import type { Route } from '../route.ts';

/**
 * The API as an OpenAPI 3.1 document. Routes of agents and workflows appear once for each, with its own schemas.
 * @param basePath in front of every route; empty or like `/engine`.
 */
export function describeApi(engine: Engine, routes: readonly Route[], basePath = ''): JsonObject {
  const paths: Record<string, Record<string, Json>> = {};
  for (const route of routes)
    for (const name of namesOf(engine, route))
      (paths[pathOf(route, name)] ??= {})[route.method.toLowerCase()] = describeOperation(
        engine,
        route,
        name,
      );
  const { program } = engine;
  const isSigned = program.settings.server.auth !== undefined;
  const used = new Set(routes.map(tagOf));
  return {
    openapi: '3.1.0',
    info: {
      title: program.name,
      version: program.hash,
      description:
        'Agents and workflows of one project. A failure has one form; its `type` is a stable code.',
    },
    servers: [{ url: basePath === '' ? '/' : basePath }],
    tags: tags.filter(({ name }) => used.has(name)),
    paths,
    components: {
      schemas: { ...components, ...projectSchemas(engine) },
      responses: errorResponses(routes),
      headers: headerComponents,
      ...(isSigned ? { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } } : {}),
    },
    // Empty: it is said that nobody has to sign in, not left out.
    security: isSigned ? [{ token: [] }] : [],
  };
}

function namesOf({ program }: Engine, { each }: Route): readonly (string | undefined)[] {
  if (each === undefined) return [undefined];
  return Object.keys(each === 'agent' ? program.agents : program.workflows);
}
