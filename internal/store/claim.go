package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"gochatting/internal/message"
)

// A Claim is what a browser shows to be let in as the user of an address.
type Claim struct {
	Email     string   // "" beside Link, which says whose it is
	Name      string   // of a new user
	Code      string   // what somebody typed: the code mailed to Asker if there is one, else the holder's device code
	Asker     []byte   // hash of the secret of the browser that asked for a mailed code
	Link      []byte   // hash of the secret of a link: mailed, or of a device
	Invite    []byte   // hash of an invitation's secret
	Fresh     bool     // with a proof of an address that was only typed: that was somebody else
	Present   []string // IDs of the live sessions that the browser has
	TokenHash []byte   // of the new session's secret
	Browser   string   // how people recognize it
	Peer      string   // the network that it comes from
}

// Claimed is what came of a Claim.
type Claimed struct {
	Session Session
	New     bool     // whether the session is a new one, so that the browser must be given its secret
	Lost    string   // ID of the user from whom the address went over, if there was one
	Ended   []string // IDs of the sessions that ended by it
	Risen   bool     // whether the address was proven by it, and was not before
	Joined  string   // ID of the room that the invitation leads into
}

// Claim starts a session, or finds the one that the browser has already. A held address is for who shows
// the holder's device code or link, or proves it. An address that nobody holds goes to a new user: by
// typing it, and as Entry wants it by a proof or an invitation; who had it before keeps their id and what
// they said. The first proof of an address that was typed goes to the user who typed it, unless Fresh; the
// browsers that have not shown to be the same person's are signed out. What a guest said stays a guest's.
//
// ErrHeld: somebody holds it, and nothing was shown. ErrUnproven: it must be proven. ErrWrongCode: the code
// or link is not right, or used up (ten minutes, five tries of a code). ErrUninvited: only who is invited
// may be new here, or the invitation is over. ErrBanned: the user, or new ones from this peer, with a
// *message.Error.
func (s *Store) Claim(ctx context.Context, c Claim) (Claimed, error) {
	type answer struct {
		Claimed
		refused error // stored all the same: a wrong code counts
	}
	a, err := write(ctx, s, "claim an address", func(ctx context.Context, tx *sql.Tx) (answer, error) {
		came, err := (&claiming{c, s.entry, tx, s.now()}).settle(ctx)
		if errors.Is(err, ErrWrongCode) {
			return answer{refused: fmt.Errorf("store: claim an address: %w", err)}, nil
		}
		return answer{Claimed: came}, err
	})
	if err != nil {
		return Claimed{}, err
	}
	return a.Claimed, a.refused
}

// claiming is a Claim in its transaction.
type claiming struct {
	Claim
	entry Entry
	tx    *sql.Tx
	now   time.Time
}

func (c *claiming) settle(ctx context.Context) (came Claimed, err error) {
	if err := lapse(ctx, c.tx, c.now); err != nil {
		return came, err
	}
	if err := c.followLink(ctx); err != nil {
		return came, err
	}
	h, err := holderOf(ctx, c.tx, c.Email, c.now)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return came, err
	}
	if h.Banned.After(c.now) {
		return came, banned(h.Banned, c.now)
	}
	shown, err := c.evidence(ctx, h)
	if err != nil {
		return came, err
	}
	present, here, err := c.present(ctx, h)
	switch {
	case err != nil:
		return came, err
	case !h.held:
		return c.newcomer(ctx, h.User, shown)
	case shown == proof && (c.Fresh || h.guest) && !h.Verified && !here:
		return c.newcomer(ctx, h.User, shown)
	case shown == proof && !h.Verified:
		came.Ended, err = verify(ctx, c.tx, c.entry, &h.User, present, c.now)
		came.Risen = true
	case shown != proof && c.entry.Join == JoinVerified && !h.Verified:
		err = ErrUnproven
	case shown == typed && !here:
		err = ErrHeld
	}
	if err != nil {
		return came, err
	}
	inv, err := c.invitation(ctx)
	if err == nil {
		came.Joined = inv.Room.ID
		_, err = accept(ctx, c.tx, inv, &h.User, false, c.now)
	}
	if err != nil && !errors.Is(err, ErrNotFound) {
		return came, err
	}
	present.User = h.User
	came.Session, came.New = present, !here
	if here {
		return came, nil
	}
	came.Session, err = insertSession(ctx, c.tx, h.User, c.Claim, false, c.now)
	return came, err
}

// newcomer makes a new user of the address, and takes it from who had it.
func (c *claiming) newcomer(ctx context.Context, had User, shown evidence) (came Claimed, err error) {
	until, err := bannedPeer(ctx, c.tx, c.Peer, c.now)
	if err != nil {
		return came, err
	}
	if until.After(c.now) {
		return came, banned(until, c.now)
	}
	inv, err := c.invitation(ctx)
	invited := err == nil
	if err != nil && !errors.Is(err, ErrNotFound) {
		return came, err
	}
	other := "" // who was not the first, but somebody who typed a foreign address
	if c.Fresh && shown == proof {
		other = had.ID
	}
	first, err := noneBefore(ctx, c.tx, other)
	switch {
	case err != nil:
		return came, err
	case !invited && c.Invite != nil, !invited && c.entry.Join == JoinInvite && !c.entry.first(c.Email, first):
		return came, ErrUninvited
	case shown != proof && c.entry.Join == JoinVerified:
		return came, ErrUnproven
	}
	if had.ID != "" {
		came.Lost = had.ID
		if came.Ended, err = lose(ctx, c.tx, had.ID, c.now); err != nil {
			return came, err
		}
	}
	u := User{Email: c.Email, Name: c.Name, Verified: shown == proof, Role: message.RoleMember}
	if had.Muted.After(c.now) {
		u.Muted = had.Muted // nobody gets around that by being somebody else
	}
	if invited {
		u.Role = inv.Role
	}
	if u, err = insertUser(ctx, c.tx, u, false, c.now); err != nil {
		return came, err
	}
	if err := crown(ctx, c.tx, c.entry, &u, first, c.now); err != nil {
		return came, err
	}
	if invited {
		came.Joined = inv.Room.ID
		if _, err := accept(ctx, c.tx, inv, &u, true, c.now); err != nil {
			return came, err
		}
	}
	came.New, came.Risen = true, u.Verified
	came.Session, err = insertSession(ctx, c.tx, u, c.Claim, true, c.now)
	return came, err
}
