// Package storetest is what every store must do, whichever database is under it.
package storetest

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"gochatting/internal/message"
	"gochatting/internal/store"
)

// Open opens the store under test. Closed and opened again with the same Dir, it has the same data.
type Open func(t *testing.T, o store.Options) *store.Store

// Run runs the suite.
func Run(t *testing.T, open Open) {
	for name, test := range map[string]func(*testing.T, *world){
		"a message is stored, published and answered": aMessage,
		"two hundred at once":                         twoHundred,
		"a ref is said once":                          aRef,
		"a ref is said once, side by side":            refsSideBySide,
		"only somebody, only somewhere":               nobodyNowhere,
		"an address stays out of messages":            noAddress,
		"history, from both ends":                     history,
		"history carries one's own refs":              ownRefs,
		"since a rev":                                 since,
		"around a message, and by id":                 aroundAndByID,
		"everything about a message":                  everythingAboutAMessage,
		"edits":                                       edits,
		"deletes":                                     deletes,
		"reactions":                                   reactions,
		"pinning":                                     pinning,
		"all at once":                                 allAtOnce,
		"the lobby":                                   theLobby,
		"rooms are made":                              roomsAreMade,
		"the files of pages are kept":                 keptAssets,
		"rooms change":                                roomsChange,
		"direct rooms":                                directRooms,
		"a direct room is made by all at once":        directSideBySide,
		"open rooms are found":                        browsing,
		"limits of rooms":                             limitsOfRooms,
		"limits of silent rooms":                      limitsOfSilence,
		"limits of memberships":                       limitsOfMemberships,
		"limits of messages":                          limitsOfMessages,
		"coming and going":                            comingAndGoing,
		"who has lost their address":                  lostPeople,
		"members by pages":                            memberPages,
		"outsiders":                                   outsiders,
		"unread is counted":                           unreadIsCounted,
		"mentions are counted":                        mentionsAreCounted,
		"involvement":                                 involvement,
		"people are found":                            finding,
		"a name and a picture arrive":                 rename,
		"the first holds the address":                 firstHolds,
		"a device code lets one browser in":           deviceCode,
		"a code dies after five tries":                codeTries,
		"a code dies after ten minutes":               codeAge,
		"a new code replaces the old":                 codeReplaced,
		"signing out lets the address go":             signOut,
		"a hold lapses after thirty days":             lapse,
		"a session that was never used lapses soon":   unused,
		"using a session keeps it":                    keptBySigningOn,
		"guests":                                      guests,
		"a guest twice at once":                       guestsSideBySide,
		"a guest is not somebody who lapsed":          guestAfterLapse,
		"a proof of an address that nobody holds":     proofOfNobodys,
		"a proof where the address was typed":         proofInPlace,
		"a proof on a device that was let in":         proofByADevice,
		"a proof from outside":                        proofFromOutside,
		"a proof by who was not that":                 proofAfresh,
		"a proven address is held":                    verifiedHolds,
		"claims side by side":                         claimsSideBySide,
		"a mailed code dies after five tries":         proofTries,
		"a mailed code is for its address":            proofIsForItsAddress,
		"a mailed code dies after ten minutes":        proofAge,
		"a mailed link":                               mailedLink,
		"mailed codes of one address":                 mostProofs,
		"proving in a browser that is in":             proveInPlace,
		"a device's link":                             deviceLink,
		"codes end with sessions":                     codesEndWithSessions,
		"devices":                                     devices,
		"touching sessions":                           touching,
		"where sessions are used":                     peersOfSessions,
		"only the proven come in":                     joinVerified,
		"only the invited come in":                    joinInvited,
		"only the invited come in, and the owner":     joinInvitedByTheOwner,
		"the first is the owner":                      theFirstOwns,
		"the first is somebody, though a reader":      theFirstIsNoReader,
		"an owner's address":                          ownersHold,
		"a muted one's address":                       mutedHold,
		"guests keep no order":                        guestsKeepNoOrder,
		"who was banned does nothing more":            bannedActors,
		"the muted invite nobody":                     mutedInviters,
		"where people were seen":                      peersOfPeople,
		"banning who is not there any more":           banningTheLost,
		"the first is not, where one is named":        theFirstOwnsNotWhereOneIsNamed,
		"an owner by typing":                          aTypedOwner,
		"the owner is found at the start":             theOwnerIsFoundAtTheStart,
		"banned people":                               bannedPeople,
		"banned networks":                             bannedPeers,
		"an invitation":                               anInvitation,
		"readers are invited":                         invitedReaders,
		"who may invite":                              whoMayInvite,
		"invitations end":                             invitationsEnd,
		"invitations are revoked":                     revoking,
		"addresses are released":                      releasing,
		"leaving":                                     leaving,
		"leaving with all that was said":              leavingWithAll,
		"the last owner stays":                        lastOwner,
		"a list of everyone":                          everyone,
		"what is one's own can be had":                exporting,
		"files are attached to a message":             attaching,
		"files that cannot be attached":               attachingRefused,
		"who sees a file":                             seeingFiles,
		"files are dropped":                           droppingFiles,
		"files that nobody attached":                  sweepingFiles,
		"searching":                                   searching,
		"queries that cannot be answered":             searchRefused,
		"searching where one may read":                searchAccess,
		"searching what has changed":                  searchState,
		"searching by pages":                          searchPages,
		"searching long words":                        searchLong,
		"searching what is mostly hidden":             searchHidden,
		"searching while all goes on":                 searchAlways,
		"roles":                                       roles,
		"roles of the lost":                           rolesOfTheLost,
		"readers":                                     readers,
		"keepers":                                     keepers,
		"keepers of rooms":                            keepersOfRooms,
		"members are removed":                         removing,
		"keepers and those above them":                keepersAndAbove,
		"the last of a room":                          lastOnes,
		"muting":                                      muting,
		"who ends what others did":                    overruling,
		"slow rooms":                                  slowRooms,
		"banning":                                     banning,
		"banning networks":                            banningPeers,
		"purging":                                     purging,
		"purging for good":                            purgingForGood,
		"purging much":                                purgingMuch,
		"purging who leaves meanwhile":                purgingWhoLeaves,
		"deleting what was purged":                    deletingPurged,
		"the log":                                     theLog,
		"whom readers see":                            peopleOfReaders,
		"it is all there afterwards":                  reopen,
		"revs of many rooms":                          revsOfRooms,
		"sessions that have ended":                    deadSessions,
		"secrets":                                     secrets,
		"what is no text":                             noText,
		"ending contexts":                             contexts,
		"closed":                                      closed,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, newWorld(t, open))
		})
	}
}

// A world is a store, what it published, and a clock.
type world struct {
	*store.Store
	options store.Options
	open    Open

	mu        sync.Mutex
	published []message.Message
	time      time.Time
}

func newWorld(t *testing.T, open Open) *world {
	w := &world{open: open, time: time.Date(2026, 11, 21, 15, 4, 5, 123456789, time.UTC)}
	w.options = store.Options{Dir: t.TempDir(), Published: w.publish, Now: w.now}
	w.Store = open(t, w.options)
	t.Cleanup(func() { require.NoError(t, w.Close()) })
	return w
}

func (w *world) reopen(t *testing.T) {
	require.NoError(t, w.Close())
	w.Store = w.open(t, w.options)
}

func (w *world) publish(room string, said []message.Message) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, m := range said {
		if m.Room != room {
			panic("published to the wrong room")
		}
	}
	w.published = append(w.published, said...)
}

func (w *world) heard() []message.Message {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]message.Message(nil), w.published...)
}

func (w *world) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.time
}

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.time = w.time.Add(d)
}

// guest is somebody who can speak.
func (w *world) guest(t *testing.T, name string) message.User {
	u, err := w.Guest(t.Context(), name+"@example.org", name, "")
	require.NoError(t, err)
	return u.Public()
}

// say posts to the lobby.
func (w *world) say(t *testing.T, who message.User, ref, content string) message.Message {
	m, repeated, err := w.Post(t.Context(), store.Draft{Room: message.Lobby, Author: who, Ref: ref, Content: content})
	require.NoError(t, err)
	require.False(t, repeated)
	return m
}

// sayIn posts to a room, under a Ref that is the content.
func (w *world) sayIn(t *testing.T, room string, who message.User, content string) message.Message {
	m, repeated, err := w.Post(t.Context(), store.Draft{Room: room, Author: who, Ref: content, Content: content})
	require.NoError(t, err)
	require.False(t, repeated)
	return m
}

func contents(page []message.Message) []string {
	said := []string{}
	for _, m := range page {
		said = append(said, m.TextMessage.Content)
	}
	return said
}
