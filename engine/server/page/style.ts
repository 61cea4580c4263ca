import { createHash } from 'node:crypto';
import type { Html } from './html.ts';

const rules = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 2rem auto; max-width: 60rem; padding: 0 1rem; overflow-wrap: anywhere; }
code, pre { font: 0.875rem/1.5 ui-monospace, monospace; unicode-bidi: plaintext; }
pre { overflow-x: auto; overflow-wrap: normal; padding: 0.75rem; border: 1px solid #8886; border-radius: 0.25rem; }
details { border-top: 1px solid #8886; }
details > div { padding: 0 0 1rem 1rem; }
summary { cursor: pointer; padding: 0.5rem 0; }
summary code { font-weight: 600; }
summary:focus-visible, a:focus-visible { outline: 2px solid; outline-offset: 2px; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: start; vertical-align: top; padding: 0.25rem 1rem 0.25rem 0; border-bottom: 1px solid #8886; }
`;

/** How pages look. */
export const style: Html = { html: `<style>${rules}</style>` };

/** What a browser may do with a page: show it with this style, and nothing else. */
export const pagePolicy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(rules).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');
