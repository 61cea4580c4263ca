import type { Json } from '../../core/json.ts';
import { html, type Html } from './html.ts';

const reference = /("#\/components\/schemas\/[^"\\]+")/;

/** Where a page shows a schema. */
export function schemaPlace(name: string): string {
  return `schema.${name}`;
}

/** A schema as JSON, whose references lead to what they mean. */
export function schemaHtml(schema: Json): Html {
  const parts = JSON.stringify(schema, undefined, 2)
    .split(reference)
    .map((part) => {
      const [, name] = /^"#\/components\/schemas\/(.+)"$/.exec(part) ?? [];
      return name === undefined
        ? html`${part}`
        : html`<a href="${`#${encodeURIComponent(schemaPlace(name))}`}">${part}</a>`;
    });
  return html`<pre tabindex="0">${{ html: parts.map((part) => part.html).join('') }}</pre>`;
}
