import type { DatedRate } from '../dated-rates.ts';
import vat from './vat.json' with { type: 'json' };

/**
 * VAT by country and kind of cost as shipped: `vat.rate.<kind>` is what is on top of the price, `vat.deductible.<kind>`
 * the share of it the company gets back, both in percent. A test checks every row.
 */
export const STATE_VAT_RATES = vat as readonly DatedRate[];
