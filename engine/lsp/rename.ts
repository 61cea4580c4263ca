import {
  LSPErrorCodes,
  ResponseError,
  type Position,
  type Range,
  type WorkspaceEdit,
} from 'vscode-languageserver/node';
import { lspRange, placesOf } from './positions.ts';
import { sourceOf, type Project } from './project.ts';
import { readsOfStep, stepAt } from './references.ts';
import { stepsOf } from './steps.ts';
import { uriOfPath } from './uri.ts';

/** The step id at a position, which can be renamed; null elsewhere. */
export async function prepareRename(
  project: Project,
  path: string,
  position: Position,
): Promise<Range | null> {
  const analysis = await project.analysis();
  const source = sourceOf(analysis, path);
  if (source === undefined) return null;
  const step = stepAt(analysis, source, placesOf(source.text).offsetAt(position));
  return step === undefined ? null : lspRange(step.range);
}

/** Gives a step another id, here and wherever the workflow reads it. Refuses ids that are taken, or that are no ids. */
export async function rename(
  project: Project,
  path: string,
  position: Position,
  newName: string,
): Promise<WorkspaceEdit | null> {
  const analysis = await project.analysis();
  const source = sourceOf(analysis, path);
  if (source === undefined) return null;
  const step = stepAt(analysis, source, placesOf(source.text).offsetAt(position));
  if (step === undefined) return null;
  const steps = stepsOf(source);
  if (!/^[A-Za-z_]\w*$/.test(newName)) refuse(`"${newName}" is no step id; use letters, digits and "_"`);
  if (newName === step.id) return null;
  if (steps.some(({ id }) => id === newName)) refuse(`a step is called "${newName}" already`);
  const declared = steps.filter(({ id }) => id === step.id);
  if (declared.length > 1) refuse(`${declared.length} steps are called "${step.id}"; rename them by hand`);
  const places = [
    ...declared.map(({ node }) => source.rangeWithin(`${node.pointer}/id`, 0, step.id.length)),
    ...readsOfStep(analysis, source, step.id),
  ];
  return {
    changes: { [uriOfPath(path)]: places.map((range) => ({ range: lspRange(range), newText: newName })) },
  };
}

function refuse(message: string): never {
  throw new ResponseError(LSPErrorCodes.RequestFailed, message);
}
