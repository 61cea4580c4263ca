import fc from 'fast-check';

// Properties are tried with the same values each time, so that a test does not fail by chance; SEED tries others.
fc.configureGlobal({ seed: Number(process.env['SEED'] ?? 1) });
