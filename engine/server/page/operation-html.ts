import { isObject, type Json } from '../../core/json.ts';
import { html, nothing, type Html } from './html.ts';
import { listOf, membersOf, textAt } from './members.ts';
import { schemaHtml } from './schema-html.ts';

/** One operation of an API, folded. */
export function operationHtml({
  method,
  path,
  operation,
}: {
  readonly method: string;
  readonly path: string;
  readonly operation: Json;
}): Html {
  if (!isObject(operation)) return nothing;
  const { parameters, requestBody, responses, security } = operation;
  return html`<details id="${textAt(operation, 'operationId')}">
    <summary><code>${method.toUpperCase()} ${path}</code> ${textAt(operation, 'summary')}</summary>
    <div>
      <p>${accessOf(textAt(operation, 'x-scope'), security !== undefined)}</p>
      ${parametersHtml(listOf(parameters))} ${contentHtml('Body', requestBody)}
      <h3>Answers</h3>
      ${answersHtml(membersOf(responses))}
    </div>
  </details>`;
}

function accessOf(scope: string, isPublic: boolean): Html {
  if (isPublic) return html`Needs no sign-in.`;
  if (scope === '') return html`For whoever has signed in, where callers sign in.`;
  return html`Needs the scope <code>${scope}</code>, where callers sign in.`;
}

function parametersHtml(parameters: readonly Json[]): Html {
  if (parameters.length === 0) return nothing;
  return html`<table>
    <tr>
      <th scope="col">Parameter</th>
      <th scope="col">In</th>
      <th scope="col">Meaning</th>
    </tr>
    ${parameters.map(
      (one) =>
        html`<tr>
          <td><code>${textAt(one, 'name')}</code></td>
          <td>${textAt(one, 'in')}</td>
          <td>${textAt(one, 'description')}</td>
        </tr>`,
    )}
  </table>`;
}

function answersHtml(responses: readonly (readonly [status: string, response: Json])[]): Html {
  const failures = responses.flatMap(([status, response]) => {
    const [, codes] = /^#\/components\/responses\/\d+\.(.+)$/.exec(textAt(response, '$ref')) ?? [];
    return codes === undefined
      ? []
      : [
          html`<tr>
            <td>${status}</td>
            <td><code>${codes.replaceAll('.', ', ')}</code></td>
          </tr>`,
        ];
  });
  const answers = responses.filter(([, response]) => textAt(response, '$ref') === '');
  return html`${answers.map(([status, response]) =>
      contentHtml(`${status}: ${textAt(response, 'description')}`, response),
    )}
    <table>
      <tr>
        <th scope="col">Failure</th>
        <th scope="col">Codes</th>
      </tr>
      ${failures}
    </table>`;
}

function contentHtml(title: string, holder: Json | undefined): Html {
  if (holder === undefined) return nothing;
  const types = membersOf(isObject(holder) ? holder['content'] : {});
  return html`<h4>${title}</h4>
    ${types.map(([type, content]) => {
      const { schema, example } = isObject(content) ? content : {};
      return html`<p><code>${type}</code></p>
        ${schema === undefined ? nothing : schemaHtml(schema)}
        ${
          example === undefined
            ? nothing
            : html`<p>Such as</p>
                ${schemaHtml(example)}`
        }`;
    })}`;
}
