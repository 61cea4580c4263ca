/** States of runs and submissions. */
export const states = ['queued', 'running', 'waiting', 'succeeded', 'failed', 'cancelled'] as const;
