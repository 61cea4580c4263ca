/**
 * A text as one line of a drawing: no control characters, nothing that XML cannot hold, single spaces, and an ellipsis where it is
 * longer than `most` characters.
 */
export function line(text: string, most = 60): string {
  const clean = [...text.toWellFormed().replace(unfit, ' ').replaceAll(/\s+/g, ' ').trim()];
  return clean.length <= most ? clean.join('') : `${clean.slice(0, most - 1).join('')}…`;
}

// eslint-disable-next-line no-control-regex -- control characters are exactly what is replaced
const unfit = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\ufffe\uffff]/g;
