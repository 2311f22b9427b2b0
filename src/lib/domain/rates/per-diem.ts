import type { DatedRate } from '../dated-rates.ts';
import dk from './per-diem-dk.json' with { type: 'json' };
import fi from './per-diem-fi.json' with { type: 'json' };
import nl from './per-diem-nl.json' with { type: 'json' };
import no from './per-diem-no.json' with { type: 'json' };
import se from './per-diem-se.json' with { type: 'json' };

/** The states' per diem figures as shipped; a test checks every row against `DatedRate`. */
export const STATE_PER_DIEM_RATES = [...dk, ...no, ...se, ...fi, ...nl] as readonly DatedRate[];
