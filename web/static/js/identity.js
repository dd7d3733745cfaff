// One browser may hold several people; a tab stays the person it is, also when its address does
// not say which, as after typing it anew.

import { Api } from './api.js';
import { tab } from './storage.js';

// Whether this page is for another person than the tab's; then the right one is on its way.
export async function isSomebodyElse(as) {
  const remembered = tab.get('as');
  const asked = new URLSearchParams(location.search).has('as');
  if (asked || !remembered || remembered === as || await new Api(remembered).signedOut()) {
    tab.set('as', as);
    return false;
  }
  const url = new URL(location);
  url.searchParams.set('as', remembered);
  location.replace(url);
  return true;
}
