import type { MileageRules } from '../mileage/mileage-trip.ts';
import rules from './mileage-rules.json' with { type: 'json' };

/**
 * What a country does with an allowance above its rate, and how it rounds. Apart from the rates, which come to the app
 * with the company's settings and don't belong into what it loads first.
 */
export const MILEAGE_RULES = rules as readonly MileageRules[];
