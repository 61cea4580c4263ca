/** What the command line ends with. */
export const exitCodes = {
  ok: 0,
  /** The work failed, or `validate` found errors. */
  failed: 1,
  /** The user must fix something: the command line, the project, the store, the port. */
  usage: 2,
  internal: 3,
  /** The run was left where it waits for people. */
  waiting: 4,
  interrupted: 130,
} as const;
