import type { DatedRate } from '../dated-rates.ts';
import dk from './mileage-dk.json' with { type: 'json' };
import fi from './mileage-fi.json' with { type: 'json' };
import nl from './mileage-nl.json' with { type: 'json' };
import no from './mileage-no.json' with { type: 'json' };
import se from './mileage-se.json' with { type: 'json' };

/** The states' mileage rates as shipped; a test checks every row against `DatedRate`. */
export const STATE_MILEAGE_RATES = [...dk, ...no, ...se, ...fi, ...nl] as readonly DatedRate[];
