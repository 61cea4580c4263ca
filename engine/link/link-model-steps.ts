import { dyn, recordOf, string, type Value } from '../expr/index.ts';
import type { DispatchStep } from '../program/step.ts';
import { checkAgentCall } from './link-arguments.ts';
import type { LinkedStep } from './link-steps.ts';
import type { Node } from '../source/index.ts';
import { modelOf, settingsOf, thinkingOf } from './scalars.ts';
import {
  agentNames,
  referenceOf,
  neededText,
  askedOf,
  roleAt,
  textAt,
  textValueAt,
  unknownStep,
  valueAt,
  type AtStep,
} from './step-parts.ts';
import { schemaType } from './step-types.ts';

/** `prompt`: a model answers. */
export function linkPrompt(at: AtStep): LinkedStep {
  const { node } = at;
  const images = node.get('images');
  return {
    output: askedOf(at, string),
    step: {
      ...at.base,
      verb: 'prompt',
      prompt: neededText(at, node.get('prompt')),
      ...callOf(at),
      modelSettings: settingsOf(node.get('modelSettings')),
      thinking: thinkingOf(node.get('thinking')),
      images: images
        .list()
        .flatMap((image): Value | Value[] => textValueAt(at, image, 'an image', string) ?? []),
    },
  };
}

/** `skill`: an agent works by a skill. */
export function linkSkillStep(at: AtStep): LinkedStep {
  const { node, linker } = at;
  const skill = referenceOf(at, node.get('skill'), 'skill', Object.keys(linker.names.of.skill));
  const agent = referenceOf(at, node.get('agent'), 'agent', agentNames(linker));
  const given = valueAt(at, node.get('with'));
  const call = callOf(at);
  if (skill === undefined) return unknownStep(at);
  return {
    output: askedOf(at, textOf(at, agent, node.get('agent'))),
    step: { ...at.base, verb: 'skill', skill, agent, with: given?.value, ...call },
  };
}

/** `task`: an agent or profile does something in a conversation of its own. */
export function linkTask(at: AtStep): LinkedStep {
  const { node, linker } = at;
  const named = node.get('agent');
  const isProfile = !agentNames(linker).has(named.text() ?? '');
  const all = new Set([...agentNames(linker), ...Object.keys(linker.names.of.profile)]);
  const kind = isProfile && all.has(named.text() ?? '') ? 'profile' : 'agent';
  const agent = referenceOf(at, named, kind, all);
  return {
    output: askedOf(at, textOf(at, agent, named)),
    step: { ...at.base, verb: 'task', task: neededText(at, node.get('task')), agent, ...callOf(at) },
  };
}

/** `agent`: an agent answers. */
export function linkAgentStep(at: AtStep): LinkedStep {
  const { node, linker } = at;
  const agent = referenceOf(at, node.get('agent'), 'agent', agentNames(linker));
  const parts = linkMessage(at, node, agent);
  const call = callOf(at);
  if (agent === undefined) return unknownStep(at);
  return {
    output: askedOf(at, textOf(at, agent, node.get('agent'))),
    step: { ...at.base, verb: 'agent', agent, ...parts, ...call },
  };
}

/** `dispatch`: an agent gets a message, and the step does not wait for the answer. */
export function linkDispatch(at: AtStep): LinkedStep {
  const dispatch = at.node.get('dispatch');
  const agent = referenceOf(at, dispatch.get('agent'), 'agent', agentNames(at.linker));
  const parts = linkMessage(at, dispatch, agent);
  const session = textAt(at, dispatch.get('session'));
  if (agent === undefined) return { step: undefined, output: receipt };
  const step: DispatchStep = { ...at.base, verb: 'dispatch', agent, ...parts, session };
  return { output: receipt, step };
}

/** What a dispatched message gives. */
const receipt = recordOf({
  submissionId: string,
  agent: string,
  instance: string,
  session: string,
  acceptedAt: string,
});

/** What an agent is told, held to its input. */
function linkMessage(
  at: AtStep,
  call: Node,
  agent: string | undefined,
): Pick<DispatchStep, 'with' | 'message' | 'instance'> {
  const { linker } = at;
  const given = valueAt(at, call.get('with'));
  const message = textAt(at, call.get('message'));
  const instance = textAt(at, call.get('instance'));
  const called = agent === undefined ? undefined : linker.agents[agent];
  // What an agent in TypeScript takes is known when it runs.
  if (called !== undefined && linker.names.agentModules[called.name] === undefined)
    checkAgentCall(linker.reporter, call, called, given?.typed);
  return { with: given?.value, message, instance };
}

/** What the one who does the work says: as its own schema tells, else text. */
function textOf({ linker }: AtStep, name: string | undefined, node: Node): ReturnType<typeof schemaType> {
  if (node.value === undefined) return string;
  if (name === undefined || linker.names.agentModules[name] !== undefined) return dyn;
  return schemaType(linker.delegates[name]?.outputSchema, string);
}

/** What every call of a model may choose. */
function callOf(at: AtStep): {
  readonly model: ReturnType<typeof modelOf>;
  readonly role: string | undefined;
} {
  const { linker, node, block } = at;
  return { model: modelOf(linker.reporter, node.get('model'), block.config.names), role: roleAt(at) };
}
