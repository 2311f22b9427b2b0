import type { LucideIcon } from '@lucide/svelte';

/** An icon of `@lucide/svelte/icons/…`, imported one by one to keep bundles small. */
export type IconComponent = LucideIcon;
