import {
  dyn,
  literalTemplate,
  misfitsOfType,
  typeFromSchema,
  type Template,
  type Type,
  type Value,
} from '../expr/index.ts';
import type { StepBase } from '../program/step.ts';
import type { LinkedStep, StepLinker } from './link-steps.ts';
import { known } from './names.ts';
import { neverFits } from './never-fits.ts';
import type { Node } from '../source/index.ts';
import { visibleIn, type Block } from './step-scope.ts';
import { schemaType } from './step-types.ts';
import { linkTemplate, linkTyped } from './text.ts';
import type { Visible } from './visible.ts';

/** A step whose verb is linked: where it stands, what it sees, and what all steps have. */
export interface AtStep {
  readonly linker: StepLinker;
  readonly node: Node;
  readonly block: Block;
  readonly base: StepBase;
}

/** In place of a step whose target is not known; later steps still see what it says of its output. */
export function unknownStep({ base }: AtStep): LinkedStep {
  return { step: undefined, output: schemaType(base.outputSchema, dyn) };
}

/** A template of the step, or of a part of it; undefined when it is not written. */
export function textAt({ linker, block }: AtStep, node: Node): Template | undefined {
  return linkTemplate(linker.reporter, node, visibleIn(block));
}

/** The same for a template that must be there. */
export function neededText(at: AtStep, node: Node): Template {
  return textAt(at, node) ?? literalTemplate('');
}

/** A value of the step with what its types tell. */
export function valueAt({ linker, block }: AtStep, node: Node): ReturnType<typeof linkTyped> {
  return linkTyped(linker.reporter, node, visibleIn(block));
}

/** A value that must be text. */
export function textValueAt(at: AtStep, node: Node, what: string, expected: Type): Value | undefined {
  const given = valueAt(at, node);
  const [misfit] = given?.typed.misfits(expected) ?? [];
  if (misfit !== undefined)
    at.linker.reporter.report(node, 'type/argument', `${what} ${misfit.message}`, {
      suggestions: misfit.suggestions,
    });
  return given?.value;
}

/** What a sink of secrets sees: the block, and every secret of the project. */
export function withSecrets({ block }: AtStep): Visible {
  const visible = visibleIn(block);
  return {
    ...visible,
    names: new Set([...visible.names, 'secrets']),
    secrets: new Set(Object.keys(block.config.settings.secrets)),
  };
}

/** The name of what a step calls, when it exists; reports it when it does not. */
export function referenceOf(
  { linker }: AtStep,
  node: Node,
  kind: string,
  names: Iterable<string>,
): string | undefined {
  const name = node.text();
  return name !== undefined && known(linker.reporter, node, kind, name, names) ? name : undefined;
}

/** The role of a step; undefined when there is none, or none of that name. */
export function roleAt(at: AtStep): string | undefined {
  return referenceOf(at, at.node.get('role'), 'role', Object.keys(at.linker.names.of.role));
}

/** Every agent, those in TypeScript among them. */
export function agentNames({ names }: StepLinker): Set<string> {
  return new Set([...Object.keys(names.of.agent), ...Object.keys(names.agentModules)]);
}

/**
 * The type of the step's output: its `outputSchema`, else what its verb gives. Reports an `outputSchema` that what the verb gives
 * never fits.
 * @param whose for example `tool "pay"`.
 */
export function outputOf(at: AtStep, whose: string, actual: Type): Type {
  const { outputSchema } = at.base;
  if (outputSchema === undefined) return actual;
  const declared = typeFromSchema(outputSchema);
  const [misfit] = neverFits(actual, declared) ? misfitsOfType(actual, declared) : [];
  if (misfit !== undefined) {
    const message = `the output of ${whose} never fits this schema: ${/^(its|an) /.test(misfit.message) ? '' : 'it '}${misfit.message}`;
    at.linker.reporter.report(at.node.get('outputSchema'), 'type/result', message, {
      part: 'key',
      suggestions: misfit.suggestions,
    });
  }
  return declared;
}

/** The type of what a model is asked for: it is held to the step's own `outputSchema`, in place of the agent's. */
export function askedOf({ base }: AtStep, otherwise: Type): Type {
  return schemaType(base.outputSchema, otherwise);
}
