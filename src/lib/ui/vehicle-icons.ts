import Bike from '@lucide/svelte/icons/bike';
import Car from '@lucide/svelte/icons/car';
import Motorbike from '@lucide/svelte/icons/motorbike';
import Ship from '@lucide/svelte/icons/ship';
import Snowflake from '@lucide/svelte/icons/snowflake';
import type { VehicleType } from '@outlay/domain/mileage/vehicle';
import type { IconComponent } from './icon-component.ts';

export const VEHICLE_ICONS: Readonly<Record<VehicleType, IconComponent>> = {
	car: Car,
	'electric-car': Car,
	motorcycle: Motorbike,
	moped: Motorbike,
	bicycle: Bike,
	snowmobile: Snowflake,
	'motor-boat': Ship
};
