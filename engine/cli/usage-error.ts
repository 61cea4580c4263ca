/**
 * A message of the argument parser in the manner of all other messages: lower case, double quotes, no full stop, the likely
 * word at the end, and where to look further.
 * @param command what was called, such as "engine dev".
 */
export function plainUsageError(text: string, command = 'engine'): string {
  const [first = '', ...rest] = text.trim().split('\n');
  const near = /^\(Did you mean (?:one of )?(.+)\?\)$/.exec(rest.join(' '))?.[1];
  const message = first
    .replaceAll(/'([^']*)'/g, '"$1"')
    .replace(/\. (?=[A-Z])/g, '; ')
    .replace(/; [A-Z]/g, (start) => start.toLowerCase())
    .replace(/\.$/, '');
  const meant =
    near === undefined
      ? ''
      : `; did you mean ${near
          .split(', ')
          .map((word) => `"${word}"`)
          .join(' or ')}?`;
  return `${message}${meant}\nsee "${command} --help"\n`;
}
