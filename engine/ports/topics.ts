/** Topic of the signals that an event of a workflow comes as. */
export function eventTopic(event: string): string {
  return `event:${event}`;
}

/** Topic of the one signal that answers what a person was asked, by the key of the request. */
export function answerTopic(key: string): string {
  return `answer:${key}`;
}
