import type { Viz } from '@viz-js/viz';

let starting: Promise<Viz> | undefined;

/** A drawing in DOT as SVG, laid out in this process. */
export async function renderSvg(dot: string): Promise<string> {
  starting ??= import('@viz-js/viz').then(({ instance }) => instance());
  return (await starting).renderString(dot, { format: 'svg' });
}
