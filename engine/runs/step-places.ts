import type { Step } from '../program/step.ts';

/** A step and where it stands among the others. */
export interface StepPlace {
  readonly step: Step;
  /** Its path in a run, with `[]` for the indexes of rounds and items: `lines[]/charge`. */
  readonly shape: string;
  /** The block it is in, and through what. */
  readonly parent?: { readonly place: StepPlace; readonly through: Through };
}

/** How a list of steps belongs to its block. */
export type Through =
  | { readonly kind: 'case'; readonly index: number }
  | { readonly kind: 'branch'; readonly name: string }
  | { readonly kind: 'catch'; readonly index: number }
  | { readonly kind: 'round' };

/** All steps of a list and of the blocks in it, in the order of the file. */
export function stepPlaces(steps: readonly Step[], prefix = '', parent?: StepPlace['parent']): StepPlace[] {
  return steps.flatMap((step) => {
    const shape = prefix + step.id;
    const place: StepPlace = { step, shape, ...(parent === undefined ? {} : { parent }) };
    const inner = (list: readonly Step[], mark: string, through: Through): StepPlace[] =>
      stepPlaces(list, `${shape}${mark}/`, { place, through });
    return [
      place,
      ...(step.verb === 'parallel'
        ? step.branches.flatMap((branch) =>
            inner(branch.steps, `.${branch.name}`, { kind: 'branch', name: branch.name }),
          )
        : []),
      ...(step.verb === 'branch'
        ? step.cases.flatMap((one, index) => inner(one.steps, `#${index}`, { kind: 'case', index }))
        : []),
      ...(step.verb === 'foreach' || step.verb === 'loop' ? inner(step.steps, '[]', { kind: 'round' }) : []),
      ...step.catch.flatMap((entry, index) => inner(entry.steps, `!${index}`, { kind: 'catch', index })),
    ];
  });
}

/** The shape of a path of a run. */
export function shapeOf(path: string): string {
  return path.replace(/\[\d+\]/g, '[]');
}
