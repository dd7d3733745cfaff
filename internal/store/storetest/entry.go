package storetest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/message"
	"gochatting/internal/store"
)

func joinVerified(t *testing.T, w *world) {
	before := w.claim(t, "ann@example.org", "Ann", "laptop") // when it was open
	code, _, _, err := w.NewCode(t.Context(), before.ID)
	require.NoError(t, err)
	w.enter(t, store.Entry{Join: store.JoinVerified, Proves: true})

	_, err = w.Claim(t.Context(), claimOf("ben@example.org", "Ben", "desktop"))
	assert.ErrorIs(t, err, store.ErrUnproven)
	_, err = w.UserByEmail(t.Context(), "ben@example.org")
	assert.ErrorIs(t, err, store.ErrNotFound)
	_, err = w.Claim(t.Context(), claimOf("ann@example.org", "Ann", "phone"))
	assert.ErrorIs(t, err, store.ErrUnproven)
	_, err = w.claimWith(t, code, "phone")
	assert.ErrorIs(t, err, store.ErrUnproven, "by the device of who has proven nothing")
	here := claimOf("ann@example.org", "Ann", "laptop, again")
	here.Present = []string{before.ID}
	_, err = w.Claim(t.Context(), here)
	assert.ErrorIs(t, err, store.ErrUnproven)

	ben := w.proven(t, "ben@example.org", "desktop")
	assert.Equal(t, ben.User, w.device(t, ben.User, "phone").User)
	_, err = w.Claim(t.Context(), claimOf("ben@example.org", "Ben", "stranger"))
	assert.ErrorIs(t, err, store.ErrHeld)
	c := w.mailed(t, "ann@example.org", "laptop, again")
	c.Present = []string{before.ID}
	assert.Equal(t, before.ID, w.came(t, c).Session.ID)

	_, secret, err := w.Invite(t.Context(), ben.User.ID, message.Lobby, message.RoleMember, time.Hour, 0)
	require.NoError(t, err)
	invited := claimOf("cem@example.org", "Cem", "tablet")
	invited.Invite = token(secret)
	_, err = w.Claim(t.Context(), invited)
	assert.ErrorIs(t, err, store.ErrUnproven, "an invitation proves nothing")
}

func joinInvited(t *testing.T, w *world) {
	w.enter(t, store.Entry{Join: store.JoinInvite})
	ann := w.claim(t, "ann@example.org", "Ann", "laptop") // nobody could invite the first
	_, err := w.Claim(t.Context(), claimOf("ben@example.org", "Ben", "desktop"))
	require.ErrorIs(t, err, store.ErrUninvited)
	_, err = w.Claim(t.Context(), w.mailed(t, "ben@example.org", "desktop"))
	require.ErrorIs(t, err, store.ErrUninvited, "a proof is no invitation")
	assert.Equal(t, ann.User, w.device(t, ann.User, "phone").User, "who is somebody here needs none")

	_, secret, err := w.Invite(t.Context(), ann.User.ID, message.Lobby, message.RoleMember, time.Hour, 1)
	require.NoError(t, err)
	c := claimOf("ann@example.org", "Ann", "stranger")
	c.Invite = token(secret)
	_, err = w.Claim(t.Context(), c)
	require.ErrorIs(t, err, store.ErrHeld, "it makes nobody somebody else")
	c = claimOf("ben@example.org", "Ben", "desktop")
	c.Invite = token(secret)
	came := w.came(t, c)
	assert.Equal(t, message.Lobby, came.Joined)
	assert.False(t, came.Session.User.Verified)
	c = claimOf("cem@example.org", "Cem", "tablet")
	c.Invite = token(secret)
	_, err = w.Claim(t.Context(), c)
	assert.ErrorIs(t, err, store.ErrUninvited, "used up")
	_, err = w.UserByEmail(t.Context(), "cem@example.org")
	assert.ErrorIs(t, err, store.ErrNotFound)
}

func joinInvitedByTheOwner(t *testing.T, w *world) {
	w.enter(t, store.Entry{Join: store.JoinInvite, Owner: "olga@example.org"})
	_, err := w.Claim(t.Context(), claimOf("ann@example.org", "Ann", "laptop"))
	assert.ErrorIs(t, err, store.ErrUninvited, "the first is to be the owner")
	assert.Equal(t, message.RoleOwner, w.claim(t, "olga@example.org", "Olga", "desktop").User.Role)
}

func theFirstOwns(t *testing.T, w *world) {
	_, err := w.Release(t.Context(), store.Operator, w.guest(t, "guest").ID)
	require.NoError(t, err)
	w.guest(t, "ann")
	ann := w.claim(t, "ann@example.org", "Ann", "laptop")
	assert.Equal(t, message.RoleOwner, ann.User.Role, "a guest is not the first")
	ben := w.claim(t, "ben@example.org", "Ben", "desktop")
	assert.Equal(t, message.RoleMember, ben.User.Role)
	kept, err := w.User(t.Context(), ann.User.ID)
	require.NoError(t, err)
	assert.Equal(t, ann.User, kept)

	// Nobody else ever is, by coming while the others are not there.
	require.NoError(t, w.EndSession(t.Context(), ben.ID))
	_, err = w.Release(t.Context(), store.Operator, ann.User.ID)
	require.NoError(t, err)
	assert.Equal(t, message.RoleMember, w.claim(t, "cem@example.org", "Cem", "tablet").User.Role)
	assert.Equal(t, message.RoleMember, w.claim(t, "ann@example.org", "Ann", "laptop, again").User.Role)
}

func theFirstIsNoReader(t *testing.T, w *world) {
	w.enter(t, store.Entry{Join: store.JoinInvite})
	rita := w.comesBy(t, "rita", w.invite(t, store.Operator, message.Lobby, message.RoleReader, 1))
	assert.Equal(t, message.RoleReader, rita.User.Role)
	require.NoError(t, w.EndSession(t.Context(), rita.ID))
	_, err := w.Claim(t.Context(), claimOf("eve@example.org", "Eve", "laptop"))
	assert.ErrorIs(t, err, store.ErrUninvited, "somebody was here before")
}

func theFirstOwnsNotWhereOneIsNamed(t *testing.T, w *world) {
	w.enter(t, store.Entry{Owner: "olga@example.org", Proves: true})
	ann := w.claim(t, "ann@example.org", "Ann", "laptop")
	assert.Equal(t, message.RoleMember, ann.User.Role)
	typed := w.claim(t, "olga@example.org", "Olga", "desktop")
	assert.Equal(t, message.RoleMember, typed.User.Role, "anybody can type it")
	assert.Equal(t, message.RoleOwner, w.proven(t, "olga@example.org", "phone").User.Role)

	// In her own browser too.
	w.enter(t, store.Entry{Owner: "ann@example.org", Proves: true})
	c := w.mailed(t, "ann@example.org", "laptop")
	u, _, err := w.Prove(t.Context(), ann.ID, c.Code, c.Asker)
	require.NoError(t, err)
	assert.Equal(t, message.RoleOwner, u.Role)
}

func aTypedOwner(t *testing.T, w *world) {
	w.enter(t, store.Entry{Owner: "olga@example.org"}) // on a server that cannot prove anything
	assert.Equal(t, message.RoleMember, w.claim(t, "ann@example.org", "Ann", "laptop").User.Role)
	olga := w.claim(t, "olga@example.org", "Olga", "desktop")
	assert.Equal(t, message.RoleOwner, olga.User.Role)

	w.enter(t, store.Entry{Owner: "pia@example.org"})
	assert.Equal(t, message.RoleMember, w.claim(t, "pia@example.org", "Pia", "phone").User.Role, "there is one")
}

func theOwnerIsFoundAtTheStart(t *testing.T, w *world) {
	w.claim(t, "ann@example.org", "Ann", "laptop")
	ben := w.claim(t, "ben@example.org", "Ben", "desktop")
	cem := w.proven(t, "cem@example.org", "tablet")
	role := func(id string) string {
		u, err := w.User(t.Context(), id)
		require.NoError(t, err)
		return u.Role
	}
	w.enter(t, store.Entry{Owner: "ben@example.org", Proves: true})
	assert.Equal(t, message.RoleMember, role(ben.User.ID), "who has only typed it")
	w.enter(t, store.Entry{Owner: "nobody@example.org", Proves: true})
	w.enter(t, store.Entry{Owner: "cem@example.org", Proves: true})
	assert.Equal(t, message.RoleOwner, role(cem.User.ID))
}

func bannedPeople(t *testing.T, w *world) {
	ann, ben := w.claim(t, "ann@example.org", "Ann", "laptop"), w.proven(t, "ben@example.org", "desktop")
	cem := w.claim(t, "cem@example.org", "Cem", "tablet")
	_, secret, err := w.Invite(t.Context(), cem.User.ID, message.Lobby, message.RoleMember, 24*time.Hour, 0)
	require.NoError(t, err)
	code, _, _, err := w.NewCode(t.Context(), cem.ID)
	require.NoError(t, err)
	proof := w.mailed(t, "ben@example.org", "phone")
	for _, s := range []store.Session{ben, cem} {
		_, err = w.Ban(t.Context(), store.Operator, s.User.ID, w.now().Add(time.Hour), nil)
		require.NoError(t, err)
	}
	w.pass(time.Minute)
	assert.Equal(t, []string{"laptop"}, w.live(t, "laptop", "desktop", "tablet"))

	refused := func(err error) {
		t.Helper()
		require.ErrorIs(t, err, store.ErrBanned)
		var told *message.Error
		require.ErrorAs(t, err, &told)
		assert.Equal(t, message.CodeBanned, told.Code)
		assert.InDelta(t, 59*60, told.RetryAfter, 1)
	}
	_, err = w.Claim(t.Context(), claimOf("cem@example.org", "Cem", "stranger"))
	refused(err)
	c := claimOf("cem@example.org", "Cem", "stranger")
	c.Code = code
	_, err = w.Claim(t.Context(), c)
	refused(err)
	_, err = w.Guest(t.Context(), "cem@example.org", "cem", "")
	refused(err)
	_, err = w.Claim(t.Context(), proof)
	refused(err)
	_, _, _, err = w.NewProof(t.Context(), "ben@example.org", token("asker"))
	refused(err)
	_, err = w.Invitation(t.Context(), token(secret))
	require.ErrorIs(t, err, store.ErrNotFound, "nor do others come in by them")

	w.pass(time.Hour)
	assert.Equal(t, ben.User.ID, w.proven(t, "ben@example.org", "phone").User.ID)
	guest, err := w.Guest(t.Context(), "cem@example.org", "cem", "")
	require.NoError(t, err)
	assert.NotEqual(t, cem.User.ID, guest.ID, "no guest speaks for who was somebody")
	other := w.claim(t, "cem@example.org", "Cem", "stranger")
	assert.NotEqual(t, cem.User.ID, other.User.ID)
	assert.Equal(t, ann.User.ID, w.device(t, ann.User, "ann's phone").User.ID)
}
