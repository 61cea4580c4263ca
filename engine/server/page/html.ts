/** Text that is HTML already. */
export interface Html {
  readonly html: string;
}

/** HTML whose inserted values are shown as the text that they are, wherever they come from. */
export function html(
  parts: TemplateStringsArray,
  ...values: readonly (string | Html | readonly Html[])[]
): Html {
  const written = parts.flatMap((part, at) => {
    const value = values[at];
    return value === undefined ? [part] : [part, asHtml(value)];
  });
  return { html: written.join('') };
}

/** No HTML. */
export const nothing: Html = { html: '' };

function asHtml(value: string | Html | readonly Html[]): string {
  if (typeof value === 'string') return value.replace(/[&<>"'`]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  return 'html' in value ? value.html : value.map((one) => one.html).join('\n');
}
