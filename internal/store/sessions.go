package store

import (
	"context"
	"database/sql"
	"encoding/hex"
	"fmt"
	"time"
)

// Hold is for how long a session lives after it was last used, and with it the hold on an address
// that was only typed.
const Hold = 30 * 24 * time.Hour

// unusedHold is for how long a session lives that was never used at all: its browser may not have got
// the answer that gave it, and must not be locked out of its own address by it.
const unusedHold = 10 * time.Minute

// touchEvery is how exactly Used is kept, so that not every request is a write.
const touchEvery = time.Hour

// moveEvery is the same for one that is used from here and from there.
const moveEvery = time.Minute

// A Session is a browser that somebody signed in with.
type Session struct {
	ID            string // public; the token is the secret
	User          User
	Browser       string // how people recognize it
	Created, Used time.Time

	peer  string // where it was last used from
	typed bool   // whether it is the one that began by typing the address
}

// Sessions are the live ones among those of the tokens, oldest first. Asking for them is using them, from this
// peer ("" if that is not known), which is noted the first time, and then at most once an hour, or once a
// minute from different ones.
func (s *Store) Sessions(ctx context.Context, tokenHashes [][]byte, peer string) ([]Session, error) {
	if len(tokenHashes) == 0 {
		return nil, nil
	}
	now := s.now()
	args := limitsOf(now)
	for _, h := range tokenHashes {
		args = append(args, hex.EncodeToString(h))
	}
	sessions, err := selectSessions(ctx, s.engine.read, alive+` AND s.token IN (`+marks(3, len(tokenHashes))+`) ORDER BY s.created, s.id`, args...)
	if err != nil {
		return nil, fmt.Errorf("store: sessions: %w", err)
	}
	if err := s.touch(ctx, sessions, peer, now); err != nil {
		s.log.Warn("the use of a session could not be noted", "err", err) // a full disk signs nobody out
	}
	return sessions, nil
}

// touch notes that the sessions are used, where that was not done lately.
func (s *Store) touch(ctx context.Context, sessions []Session, peer string, now time.Time) error {
	now = moment(now.UnixMicro())
	args := []any{now.UnixMicro(), peer}
	var users []string
	for i := range sessions {
		unused := sessions[i].Used.Equal(sessions[i].Created) && now.After(sessions[i].Created)
		if unused || isNews(peer, sessions[i].peer, now.Sub(sessions[i].Used)) {
			args = append(args, sessions[i].ID)
			users = append(users, sessions[i].User.ID)
			sessions[i].Used = now
		}
	}
	if len(users) == 0 {
		return nil
	}
	_, err := writeBeside(ctx, s, "touch sessions", "session "+sessions[0].ID, func(ctx context.Context, tx *sql.Tx) (none struct{}, err error) {
		_, err = tx.ExecContext(ctx, `UPDATE sessions SET used = $1, peer = COALESCE(NULLIF($2, ''), peer) WHERE id IN (`+marks(3, len(users))+`)`, args...)
		if err != nil {
			return none, err
		}
		return none, noteSeen(ctx, tx, peer, now, users...)
	})
	return err
}

// isNews says whether it is to be noted that somebody is here from a peer, "" if that is not known, who was
// seen so long ago from that one.
func isNews(peer, from string, ago time.Duration) bool {
	return ago >= touchEvery || peer != "" && peer != from && ago >= moveEvery
}

// EndSession ends the session with this id, and the user's device code. The last one of a user who only typed
// the address lets that go. ErrNotFound: no such live session.
func (s *Store) EndSession(ctx context.Context, id string) error {
	_, err := write(ctx, s, "end a session", func(ctx context.Context, tx *sql.Tx) (none struct{}, err error) {
		now := s.now()
		if err := lapse(ctx, tx, now); err != nil {
			return none, err
		}
		var user string
		if err := tx.QueryRowContext(ctx, `DELETE FROM sessions WHERE id = $1 RETURNING user_id`, id).Scan(&user); err != nil {
			return none, found(err)
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM codes WHERE user_id = $1`, user); err != nil {
			return none, err
		}
		return none, loseIfUnheld(ctx, tx, user, now)
	})
	return err
}

const (
	// alive is of a session s that was used within Hold, or is so new that it was not used yet; its two
	// parameters are limitsOf.
	alive = `(s.used > $1 AND (s.used > s.created OR s.created > $2))`
	dead  = `(s.used <= $1 OR s.used = s.created AND s.created <= $2)`
)

func limitsOf(now time.Time) []any {
	return []any{now.Add(-Hold).UnixMicro(), now.Add(-unusedHold).UnixMicro()}
}

// lapse ends the sessions that were not used for Hold, or never, and releases the addresses that only
// they held. Afterwards every session there is, is live.
func lapse(ctx context.Context, tx *sql.Tx, now time.Time) error {
	users, err := list(ctx, tx, scanID, `DELETE FROM sessions AS s WHERE `+dead+` RETURNING user_id`, limitsOf(now)...)
	if err != nil {
		return fmt.Errorf("end lapsed sessions: %w", err)
	}
	for _, user := range users {
		if err := loseIfUnheld(ctx, tx, user, now); err != nil {
			return err
		}
	}
	return nil
}

func insertSession(ctx context.Context, tx *sql.Tx, user User, c Claim, typed bool, now time.Time) (Session, error) {
	at := moment(now.UnixMicro())
	s := Session{ID: newID(), User: user, Browser: c.Browser, Created: at, Used: at, peer: c.Peer, typed: typed}
	_, err := tx.ExecContext(ctx, `INSERT INTO sessions (id, token, user_id, browser, created, used, peer, typed) VALUES ($1, $2, $3, $4, $5, $5, $6, $7)`,
		s.ID, hex.EncodeToString(c.TokenHash), user.ID, s.Browser, at.UnixMicro(), s.peer, s.typed)
	if err != nil {
		return s, err
	}
	return s, noteSeen(ctx, tx, c.Peer, now, user.ID)
}

func selectSessions(ctx context.Context, q querier, which string, args ...any) ([]Session, error) {
	return list(ctx, q, func(from row) (s Session, err error) {
		var created, used int64
		err = s.User.scan(from, &s.ID, &s.Browser, &created, &used, &s.peer, &s.typed)
		s.Created, s.Used = moment(created), moment(used)
		return s, err
	}, `SELECT s.id, s.browser, s.created, s.used, s.peer, s.typed, `+userColumns+`
		FROM sessions s JOIN users u ON u.id = s.user_id WHERE `+which, args...)
}
