export { countLevels, countSpecs, countSteps, shareOfTypes } from './counts.ts';
export { fingerprints } from './fingerprint.ts';
export {
  toFindings,
  type Analyzed,
  type Finding,
  type Findings,
  type FindingsParts,
  type UnavailablePart,
} from './to-findings.ts';
