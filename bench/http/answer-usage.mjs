// Preloaded into a process that is measured: tells its processor time and memory when it is asked.
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send({ cpuMs: (user + system) / 1000, rss: process.memoryUsage.rss() });
});
// To be asked must not keep it alive.
process.channel.unref();
