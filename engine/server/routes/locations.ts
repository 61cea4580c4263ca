/** Where a run is found. */
export function runLocation(runId: string): string {
  return `/runs/${encodeURIComponent(runId)}`;
}

/** Where a message to an agent is found. */
export function submissionLocation(submissionId: string): string {
  return `/submissions/${encodeURIComponent(submissionId)}`;
}

/** Where a conversation is found. */
export function sessionLocation(agent: string, instance: string, session: string): string {
  const parts = [agent, instance].map(encodeURIComponent).join('/');
  return `/agents/${parts}/sessions/${encodeURIComponent(session)}`;
}
