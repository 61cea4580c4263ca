/**
 * The one key of a document: `<namespace>:<key>`. Throws RangeError when the namespace is not letters and digits only,
 * because then two documents could share a key.
 */
export function documentKey(namespace: string, key: string): string {
  checkNamespace(namespace);
  return `${namespace}:${key}`;
}

/** Throws RangeError when a namespace is not letters and digits only. */
export function checkNamespace(namespace: string): void {
  if (!/^[A-Za-z0-9]+$/.test(namespace))
    throw new RangeError(`namespace "${namespace}" must be letters and digits`);
}
