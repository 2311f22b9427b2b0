/** What the browser is asked to wake the service worker by; page and worker must agree. */
export const SEND_LATER_TAG = 'outlay-send-later';
