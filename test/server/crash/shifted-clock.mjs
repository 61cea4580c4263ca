// Loaded before an engine: its clock is wrong by as many milliseconds as CLOCK_SHIFT says.
const shift = Number(process.env.CLOCK_SHIFT ?? 0);
const { now } = Date;
Date.now = () => now() + shift;
globalThis.Date = new Proxy(Date, {
  construct: (target, args, by) =>
    Reflect.construct(
      target,
      args.length === 0 ? [target.now()] : args,
      by === globalThis.Date ? target : by,
    ),
  apply: (target) => new target(target.now()).toString(),
});
