/**
 * A source of random fractions from 0 to less than 1, of one secure random byte each. Bytes are drawn many at a time: a draw costs as
 * much as hundreds of them.
 */
export function randomFractions(): () => number {
  const bytes = new Uint8Array(4096);
  let taken = bytes.length;
  return () => {
    if (taken === bytes.length) {
      crypto.getRandomValues(bytes);
      taken = 0;
    }
    return (bytes[taken++] ?? 0) / 256;
  };
}
