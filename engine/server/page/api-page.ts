import { isObject, type Json, type JsonObject } from '../../core/json.ts';
import type { Program } from '../../program/program.ts';
import { html, nothing, type Html } from './html.ts';
import { listOf, membersOf, textAt } from './members.ts';
import { operationHtml } from './operation-html.ts';
import { schemaHtml, schemaPlace } from './schema-html.ts';
import { pagePolicy, style } from './style.ts';

/**
 * The description of an API (OpenAPI 3.1) as a page to read. It needs no scripts, loads nothing, and shows all that comes from the
 * project as text. The policy is what a browser has to hold it to.
 */
export function apiPage(
  description: JsonObject,
  { agents, workflows }: Pick<Program, 'agents' | 'workflows'>,
): { readonly text: string; readonly policy: string } {
  const { info, tags, paths, components } = description;
  const title = `${textAt(info, 'title')} API`;
  const { html: text } = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        ${style}
      </head>
      <body>
        <header>
          <h1>${title}</h1>
          <p>
            ${textAt(info, 'description')} The same for programs: <a href="openapi.json">openapi.json</a>.
          </p>
          <p>Version <code>${textAt(info, 'version')}</code></p>
        </header>
        <main>
          ${partsHtml('Agents that are served', Object.values(agents))}
          ${partsHtml('Workflows that are served', Object.values(workflows))}
          ${listOf(tags).map((tag) => tagHtml(tag, membersOf(paths)))}
          <section>
            <h2 id="schemas">Schemas</h2>
            ${membersOf(isObject(components) ? components['schemas'] : {}).map(
              ([name, schema]) =>
                html`<details id="${schemaPlace(name)}">
                  <summary><code>${name}</code></summary>
                  <div>${schemaHtml(schema)}</div>
                </details>`,
            )}
          </section>
        </main>
      </body>
    </html> `;
  return { text, policy: pagePolicy };
}

function partsHtml(
  title: string,
  parts: readonly { readonly name: string; readonly description?: string | undefined }[],
): Html {
  if (parts.length === 0) return nothing;
  return html`<section>
    <h2>${title}</h2>
    <table>
      <tr>
        <th scope="col">Name</th>
        <th scope="col">Description</th>
      </tr>
      ${parts.map(
        ({ name, description = '' }) =>
          html`<tr>
            <td><code>${name}</code></td>
            <td>${description}</td>
          </tr>`,
      )}
    </table>
  </section>`;
}

function tagHtml(tag: Json, paths: readonly (readonly [string, Json])[]): Html {
  const name = textAt(tag, 'name');
  const operations = paths.flatMap(([path, methods]) =>
    membersOf(methods)
      .filter(([, operation]) => listOf(isObject(operation) ? operation['tags'] : []).includes(name))
      .map(([method, operation]) => operationHtml({ method, path, operation })),
  );
  return html`<section>
    <h2 id="${`tag.${name}`}">${name}</h2>
    <p>${textAt(tag, 'description')}</p>
    ${operations}
  </section>`;
}
