/** Most characters that models take as the name of a tool. */
const longest = 64;

/**
 * The name under which models, specs and permissions know a tool of an MCP server: `<server>__<tool>`. What models do not take in a
 * name becomes `_`, and a name that is too long ends in a number made of the whole.
 */
export function remoteName(
  server: string,
  tool: string,
  rename: Readonly<Record<string, string>> = {},
): string {
  const own = Object.hasOwn(rename, tool) ? (rename[tool] ?? tool) : tool;
  const name = `${server}__${own}`.replace(/[^A-Za-z0-9_-]/g, '_');
  return name.length <= longest ? name : `${name.slice(0, longest - 9)}_${checksum(`${server}\n${own}`)}`;
}

/** Eight hex digits over a text (FNV-1a). */
function checksum(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}
