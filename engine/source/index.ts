export { codeFrame } from './code-frame.ts';
export { kindNames, kindRow, kinds, type Kind, type KindRow } from './kinds.ts';
export { configPlaces } from './load-config.ts';
export { loadShipped, type Shipped } from './load-shipped.ts';
export { loadProject, type LoadedProject } from './load.ts';
export { onDisk, textOnDisk } from './on-disk.ts';
export { parseYaml, type ParsedYaml } from './parse-yaml.ts';
export { parseSource, type SpecFile } from './read-source.ts';
export { isDamaged, type Source } from './source.ts';
