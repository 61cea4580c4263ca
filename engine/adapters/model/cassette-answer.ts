import { isObject, toJson, type Json, type JsonObject } from '../../core/json.ts';
import { Problem, type ProblemData } from '../../core/problem.ts';
import type { ModelEvent } from '../../ports/model.ts';
import type { Redact } from './cassette-request.ts';

/**
 * What a model answered, as a cassette holds it: the pieces in the order they came, and the end or the failure. Failed attempts
 * before an answer are not kept.
 */
export function toAnswer(
  events: readonly ModelEvent[],
  failure: ProblemData | undefined,
  redact: Redact,
): JsonObject {
  const finish = events.find((event) => event.type === 'finish');
  const pieces = events.flatMap((event): JsonObject[] => {
    switch (event.type) {
      case 'text_delta':
        return [{ text: event.text }];
      case 'thinking_delta':
        return [{ thinking: event.text }];
      case 'tool_input_delta':
        return [{ toolInput: event.text, id: event.toolCallId, tool: event.toolName }];
      case 'tool_call':
        return [{ call: toJson(event.call) }];
      default:
        return [];
    }
  });
  const { type: _type, ...end } = finish ?? { type: 'finish' };
  return {
    ...(pieces.length === 0 ? {} : { pieces: withoutSecrets(pieces, redact) }),
    ...(finish === undefined ? {} : { end: redact(toJson(end)) }),
    ...(failure === undefined ? {} : { error: redact(toJson(failure)) }),
  };
}

/** The events of an answer, in their order. Throws the Problem of a failure after the last one. */
export function* readAnswer(answer: Json): Generator<ModelEvent, void, undefined> {
  if (!isObject(answer)) return;
  const pieces = Array.isArray(answer['pieces']) ? (answer['pieces'] as readonly Json[]) : [];
  for (const piece of pieces) {
    const event = isObject(piece) ? readPiece(piece) : undefined;
    if (event !== undefined) yield event;
  }
  const { end, error } = answer;
  if (isObject(end)) yield { type: 'finish', ...end } as unknown as ModelEvent;
  if (isObject(error)) {
    const { type, message, details } = error as unknown as ProblemData;
    throw new Problem(type, message, details === undefined ? {} : { details });
  }
}

function readPiece(piece: JsonObject): ModelEvent | undefined {
  const { text, thinking, toolInput, id, tool, call } = piece;
  if (typeof text === 'string') return { type: 'text_delta', text };
  if (typeof thinking === 'string') return { type: 'thinking_delta', text: thinking };
  if (typeof toolInput === 'string')
    return { type: 'tool_input_delta', toolCallId: String(id), toolName: String(tool), text: toolInput };
  return isObject(call) ? ({ type: 'tool_call', call } as unknown as ModelEvent) : undefined;
}

/** Pieces of one text that hold a secret only together become one piece without it. */
function withoutSecrets(pieces: readonly JsonObject[], redact: Redact): Json[] {
  const groups: JsonObject[][] = [];
  for (const piece of pieces) {
    const last = groups.at(-1);
    if (last !== undefined && kindOf(last[0]) === kindOf(piece) && kindOf(piece) !== undefined)
      last.push(piece);
    else groups.push([piece]);
  }
  return groups.flatMap((group) => {
    const kind = textKinds.find((key) => group[0]?.[key] !== undefined);
    if (kind === undefined) return group.map(redact);
    const whole = group.map((piece) => String(piece[kind])).join('');
    const shown = redact(whole);
    return shown === whole ? group : [{ ...group[0], [kind]: shown }];
  });
}

const textKinds = ['text', 'thinking', 'toolInput'] as const;

function kindOf(piece: JsonObject | undefined): string | undefined {
  const kind = textKinds.find((key) => piece?.[key] !== undefined);
  return kind === 'toolInput' ? `${kind} ${String(piece?.['id'])}` : kind;
}
