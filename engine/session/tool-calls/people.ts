import type { Json } from '../../core/json.ts';
import type { ExecutionContext, Received } from '../../ports/durable.ts';

/** How an operation asks people: in the execution it belongs to, so that question and answer outlast a crash. */
export interface People {
  /** Names a call among those that ask in the execution: the calls it is inside of, and its own key. */
  place(callKey: string): string;
  /** Key of the record of what a call asks. */
  key(callKey: string): string;
  /** Whether a call has asked, and was not yet made, refused or given up. */
  isAsking(callKey: string): boolean;
  /** The record of a key, made by `work` when there is none. */
  record(key: string, work: () => Json): Promise<Json>;
  receive(
    key: string,
    topic: string,
    options: { readonly timeoutMs: number; readonly signal: AbortSignal },
  ): Promise<Received | undefined>;
  /** Runs a call; when every call under way only waits, the operation rests. */
  during<T>(work: () => Promise<T>): Promise<T>;
  /** Says that a call under way does nothing but wait, or goes on. */
  rest(isResting: boolean): void;
  /** The people of an operation that one of its calls runs. */
  within(callKey: string): OpenPeople;
}

/** Gives an operation its people; `onRest` is told when all it has under way waits, and when there is work again. */
export type OpenPeople = (operationId: string, onRest: (isResting: boolean) => void) => People;

/** Behind the key of a request: the key under which is recorded what came of it. */
export const settledKey = (key: string): string => `${key}>`;

/**
 * The people of an execution.
 * @param step path of the step that is at work in a run; undefined for a submission.
 */
export function peopleOf(context: ExecutionContext, step: string | undefined): OpenPeople {
  let wake: (() => void) | undefined;
  const onRest = (isResting: boolean): void => {
    wake?.();
    wake = undefined;
    if (!isResting) return;
    const rested = new Promise<void>((resolve) => (wake = resolve));
    void context.wait(() => rested, { inStep: step !== undefined });
  };
  return open(context, step ?? '', step === undefined ? '' : `${step}/`, onRest);
}

function open(
  context: ExecutionContext,
  owner: string,
  path: string,
  onRestAround: (isResting: boolean) => void,
): OpenPeople {
  return (operationId, onRest) => {
    let calls = 0;
    let resting = 0;
    let isResting = false;
    const look = (): void => {
      const now = calls > 0 && resting === calls;
      if (now === isResting) return;
      isResting = now;
      onRest(now);
      onRestAround(now);
    };
    const rest = (is: boolean): void => {
      resting += is ? 1 : -1;
      look();
    };
    const key = (callKey: string): string => `${owner}?asked:${operationId}/${callKey}`;
    return {
      place: (callKey) => `${path}${callKey}`,
      key,
      isAsking: (callKey) =>
        context.recorded(key(callKey)) !== undefined &&
        context.recorded(settledKey(key(callKey))) === undefined,
      record: (recordKey, work) => context.step(recordKey, () => Promise.resolve(work())),
      receive: (recordKey, topic, options) =>
        context.receive(recordKey, topic, { ...options, isQuiet: true }),
      async during(work) {
        calls += 1;
        look();
        try {
          return await work();
        } finally {
          calls -= 1;
          look();
        }
      },
      rest,
      within: (callKey) => open(context, owner, `${path}${callKey}/`, rest),
    };
  };
}

/** People of an operation that is run by a call, whose time stands still, too, while the operation rests. */
export function holding(people: OpenPeople, hold: (isHeld: boolean) => void): OpenPeople {
  return (operationId, onRest) =>
    people(operationId, (isResting) => {
      hold(isResting);
      onRest(isResting);
    });
}
