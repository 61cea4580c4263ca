import type { JsonObject } from '../../core/json.ts';
import { asProblem, Problem } from '../../core/problem.ts';
import type { ModelEvent, ModelRequest, Models } from '../../ports/model.ts';
import { readAnswer, toAnswer } from './cassette-answer.ts';
import { openCassette, readCassette, type CassetteEntry } from './cassette-file.ts';
import { missOf } from './cassette-miss.ts';
import { withoutKeys } from './cassette-keys.ts';
import { keyOf, normalise, type Redact } from './cassette-request.ts';

/** Gives models that are on a cassette; `redact` takes out the secrets that are known. */
export type OnTape = (models: Models, redact: Redact) => Models;

/**
 * A cassette to record on: gives the same models, with every call that comes to an end (answers and failures, not what was stopped) written to a cassette. Nothing
 * of a call's headers, address or key is in it, and known secrets and what looks like a key are taken out of the rest.
 * Throws Problem `invalid_request` when the file cannot be written.
 * @param recording tells this recording from earlier ones in the file.
 */
export function openRecorder(file: string, recording: string): OnTape {
  const cassette = openCassette(file);
  return (models, known) => recordModels(models, withoutKeys(known), { cassette, recording });
}

function recordModels(
  models: Models,
  redact: Redact,
  { cassette, recording }: { readonly cassette: ReturnType<typeof openCassette>; readonly recording: string },
): Models {
  return {
    ...knowledgeOf(models),
    async *stream(request) {
      const events: ModelEvent[] = [];
      const keep = (failure?: Problem): void =>
        cassette.add({
          recording,
          by: byOf(request),
          request: normalise(request, redact),
          answer: toAnswer(events, failure?.toData(), redact),
        });
      try {
        for await (const event of models.stream(request)) {
          events.push(event);
          // Before the answer is used: what is done with it must not be done without it being on the tape.
          if (event.type === 'finish') keep();
          yield event;
        }
      } catch (thrown) {
        const isOver = request.signal.aborted || events.at(-1)?.type === 'finish';
        if (!isOver) keep(asProblem(thrown));
        throw thrown;
      }
    },
  };
}

/**
 * A cassette to play: gives models that answer from it, without network and keys. Calls that are the same get their answers in the order of the
 * recording, the last one again and again. A call that was not recorded throws Problem `cassette_miss`, which says what differs from
 * the nearest one that was. Throws Problem `invalid_request` when the file cannot be read.
 */
export function openPlayer(file: string): OnTape {
  const entries = readCassette(file);
  const player = { file, entries, tapes: tapesOf(entries) };
  return (models, known) => replayModels(models, withoutKeys(known), player);
}

/** @param models what the calls would go to: asked for what it knows of itself, never for an answer. */
function replayModels(models: Models, redact: Redact, { file, entries, tapes }: Player): Models {
  return {
    ...knowledgeOf(models),
    async *stream(request) {
      stopIfAborted(request.signal);
      const asked = normalise(request, redact);
      const tape = tapes.get(keyOf(asked));
      if (tape === undefined) throw missOf({ file, request: asked, by: byOf(request) }, entries);
      const entry = tape.entries[Math.min(tape.given, tape.entries.length - 1)];
      tape.given += 1;
      for (const event of readAnswer(entry?.answer ?? null)) {
        yield event;
        stopIfAborted(request.signal);
      }
    },
  };
}

interface Player {
  readonly file: string;
  readonly entries: readonly CassetteEntry[];
  readonly tapes: ReadonlyMap<string, Tape>;
}

/** What models know of themselves without a call. */
function knowledgeOf(models: Models): Omit<Models, 'stream'> {
  const { resultWay } = models;
  return resultWay === undefined ? {} : { resultWay: (request) => resultWay.call(models, request) };
}

/** The answers to calls that are the same, and how many were given. */
interface Tape {
  readonly recording: string;
  readonly entries: CassetteEntry[];
  given: number;
}

/** Of each call the answers of its last recording. */
function tapesOf(entries: readonly CassetteEntry[]): Map<string, Tape> {
  const tapes = new Map<string, Tape>();
  for (const entry of entries) {
    const key = keyOf(entry.request);
    const tape = tapes.get(key);
    if (tape?.recording === entry.recording) tape.entries.push(entry);
    else tapes.set(key, { recording: entry.recording, entries: [entry], given: 0 });
  }
  return tapes;
}

function byOf({ origin: { agent, stepPath, turn } }: ModelRequest): JsonObject {
  return { agent, ...(stepPath === undefined ? {} : { step: stepPath }), turn };
}

function stopIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new Problem('aborted', 'the model call was aborted', { cause: signal.reason });
}
