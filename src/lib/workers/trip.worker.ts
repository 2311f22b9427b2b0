import { expose } from 'comlink';
import { measureTrip, tripPath } from './measure-trip.ts';

expose({ measure: measureTrip, path: tripPath });
