package store

import (
	"context"
	"database/sql"
	"fmt"
	"net/netip"
	"time"

	"gochatting/internal/message"
)

// A Ban is somebody who may not come in.
type Ban struct {
	User  message.User
	Until time.Time // zero: for ever
	Peers int       // how many networks are closed to new people because of them
}

// mostBans is how many Bans lists.
const mostBans = 1000

// Ban ends all sessions of a user of lower rank, whose IDs it returns, with their codes and invitations,
// and keeps them out until then, for ever with the zero time: User.Banned is then in the year 9999.
// Nobody new comes from the peers for as long, and for a day at most. It replaces an earlier ban,
// but not one by somebody of a higher rank than by's. Of who has lost their address only the peers are kept out.
// ErrNotFound: no such user; ErrForbidden: it is not for by to do;
// ErrInvalid: then is over, or a peer is not a public one.
func (s *Store) Ban(ctx context.Context, by, userID string, until time.Time, peers []netip.Prefix) (ended []string, err error) {
	return write(ctx, s, "ban a user", func(ctx context.Context, tx *sql.Tx) (ended []string, err error) {
		now := s.now()
		u, err := bannable(ctx, tx, by, userID, now)
		done := act{actor: by, act: ActBan, subject: u.ID, until: until}
		switch {
		case err != nil:
			return nil, err
		case until.IsZero():
			until = moment(forever)
		case !until.After(now):
			return nil, over()
		}
		if _, err := tx.ExecContext(ctx, `UPDATE users SET banned = $2 WHERE id = $1`, u.ID, micros(atMost(until))); err != nil {
			return nil, fmt.Errorf("ban: %w", err)
		}
		if ended, err = shutOut(ctx, tx, u); err != nil {
			return nil, err
		}
		if err := banPeers(ctx, tx, u.ID, peers, until, now); err != nil {
			return nil, err
		}
		_, err = insertAct(ctx, tx, now, done)
		return ended, err
	})
}

// bannable is a user whose ban, if there is one now, the actor may change.
func bannable(ctx context.Context, q querier, by, userID string, now time.Time) (User, error) {
	u, err := below(ctx, q, by, userID, now)
	if err == nil && u.Banned.After(now) {
		err = mayReplace(ctx, q, by, ActBan, u.ID)
	}
	return u, err
}

// shutOut ends whatever lets a user in, or others in by them.
func shutOut(ctx context.Context, tx *sql.Tx, u User) (ended []string, err error) {
	if ended, err = endSessions(ctx, tx, u.ID, ""); err != nil {
		return nil, err
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM proofs WHERE email = $1`, u.Email); err != nil {
		return nil, fmt.Errorf("drop proofs: %w", err)
	}
	return ended, dropInvitations(ctx, tx, u.ID)
}

// Unban lets a user in again, and their peers. ErrNotFound: they are not banned; ErrForbidden: it is not
// for by to do.
func (s *Store) Unban(ctx context.Context, by, userID string) error {
	_, err := write(ctx, s, "undo a ban", func(ctx context.Context, tx *sql.Tx) (none struct{}, err error) {
		now := s.now()
		u, err := bannable(ctx, tx, by, userID, now)
		switch {
		case err != nil:
			return none, err
		case !u.Banned.After(now):
			return none, ErrNotFound
		}
		if _, err := tx.ExecContext(ctx, `UPDATE users SET banned = 0 WHERE id = $1`, u.ID); err != nil {
			return none, fmt.Errorf("undo a ban: %w", err)
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM peer_bans WHERE user_id = $1`, u.ID); err != nil {
			return none, fmt.Errorf("let peers in: %w", err)
		}
		_, err = insertAct(ctx, tx, now, act{actor: by, act: ActUnban, subject: u.ID})
		return none, err
	})
	return err
}

// Bans are all that have not ended, by name, for moderators and owners; at most 1,000.
func (s *Store) Bans(ctx context.Context, viewer string) ([]Ban, error) {
	if err := mustBe(ctx, s.engine.read, viewer, message.RoleModerator, s.now()); err != nil {
		return nil, fmt.Errorf("store: bans: %w", err)
	}
	bans, err := list(ctx, s.engine.read, func(from row) (b Ban, err error) {
		var u User
		err = u.scan(from, &b.Peers)
		if b.User = u.Public(); !endless(u.Banned) {
			b.Until = u.Banned
		}
		return b, err
	}, `SELECT (SELECT COUNT(*) FROM peer_bans WHERE user_id = u.id AND until > $1), `+userColumns+`
		FROM users u WHERE u.banned > $1 ORDER BY u.folded, u.id LIMIT $2`, s.now().UnixMicro(), mostBans)
	if err != nil {
		return nil, fmt.Errorf("store: bans: %w", err)
	}
	return bans, nil
}

// banned is the refusal of who may not come in until then.
func banned(until, now time.Time) error {
	if endless(until) {
		return refuse(ErrBanned, "You are banned here.")
	}
	return refuseFor(ErrBanned, "You are banned here for now.", rest(until, now))
}
