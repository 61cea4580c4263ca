import type { EngineEvent } from '../../core/event.ts';

const texts = new WeakMap<EngineEvent, string>();

/** An event as JSON text, which is written once however many are sent it. */
export function eventText(event: EngineEvent): string {
  let text = texts.get(event);
  if (text === undefined) texts.set(event, (text = JSON.stringify(event)));
  return text;
}
