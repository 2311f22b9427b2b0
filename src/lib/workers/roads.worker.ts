import { expose } from 'comlink';
import { searchRoads } from './search-roads.ts';

expose({ search: searchRoads });
