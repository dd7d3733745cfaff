package store

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
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

// A Session is a browser that somebody signed in with.
type Session struct {
	ID            string // public; the token is the secret
	User          User
	Browser       string // how people recognize it
	Created, Used time.Time
}

// A Claim is what a browser shows to be let in as the user of an address.
type Claim struct {
	Email     string
	Name      string // of a new user
	Code      string // the holder's device code, "" for none
	TokenHash []byte // of the new session's secret
	Browser   string
}

// Claim starts a session. An address that nobody holds goes to a new user; who had it before keeps
// their id and what they said, not the address: lost is their id, if there was anybody. ErrHeld:
// somebody holds it, and there is no Code. ErrWrongCode: it is not their code, or that is used up (ten
// minutes, five tries).
func (s *Store) Claim(ctx context.Context, c Claim) (_ Session, lost string, err error) {
	type answer struct {
		session Session
		lost    string
		refused error // stored all the same: a wrong code counts
	}
	a, err := write(ctx, s, "claim an address", func(ctx context.Context, tx *sql.Tx) (answer, error) {
		now := s.now()
		if err := lapse(ctx, tx, now); err != nil {
			return answer{}, err
		}
		user, held, err := holder(ctx, tx, c.Email)
		lost := ""
		switch {
		case err != nil && !errors.Is(err, ErrNotFound):
			return answer{}, err
		case held && c.Code == "":
			return answer{}, ErrHeld
		case held:
			right, err := useCode(ctx, tx, user.ID, c.Code, now)
			if err != nil {
				return answer{}, err
			}
			if !right {
				return answer{refused: fmt.Errorf("store: claim an address: %w", ErrWrongCode)}, nil
			}
		default:
			if _, err := tx.ExecContext(ctx, `UPDATE users SET email = NULL WHERE id = $1`, user.ID); err != nil {
				return answer{}, err
			}
			lost = user.ID
			if user, err = insertUser(ctx, tx, c.Email, c.Name, now); err != nil {
				return answer{}, err
			}
		}
		session, err := insertSession(ctx, tx, user, c, now)
		return answer{session: session, lost: lost}, err
	})
	if err != nil {
		return Session{}, "", err
	}
	return a.session, a.lost, a.refused
}

// Sessions are the live ones among those of the tokens, oldest first. Asking for them is using them,
// which is noted the first time, and then at most once an hour.
func (s *Store) Sessions(ctx context.Context, tokenHashes [][]byte) ([]Session, error) {
	if len(tokenHashes) == 0 {
		return nil, nil
	}
	now := s.now()
	args := []any{now.Add(-Hold).UnixMicro(), now.Add(-unusedHold).UnixMicro()}
	for _, h := range tokenHashes {
		args = append(args, hex.EncodeToString(h))
	}
	sessions, err := selectSessions(ctx, s.engine.read,
		`s.used > $1 AND (s.used > s.created OR s.created > $2) AND s.token IN (`+marks(3, len(tokenHashes))+`) ORDER BY s.created, s.id`, args...)
	if err != nil {
		return nil, fmt.Errorf("store: sessions: %w", err)
	}
	if err := s.touch(ctx, sessions, now); err != nil {
		s.log.Warn("the use of a session could not be noted", "err", err) // a full disk signs nobody out
	}
	return sessions, nil
}

// touch notes that the sessions are used, where that was not done lately.
func (s *Store) touch(ctx context.Context, sessions []Session, now time.Time) error {
	now = moment(now.UnixMicro())
	args := []any{now.UnixMicro()}
	for i := range sessions {
		unused := sessions[i].Used.Equal(sessions[i].Created) && now.After(sessions[i].Created)
		if unused || now.Sub(sessions[i].Used) >= touchEvery {
			args = append(args, sessions[i].ID)
			sessions[i].Used = now
		}
	}
	if len(args) == 1 {
		return nil
	}
	_, err := write(ctx, s, "touch sessions", func(ctx context.Context, tx *sql.Tx) (sql.Result, error) {
		return tx.ExecContext(ctx, `UPDATE sessions SET used = $1 WHERE id IN (`+marks(2, len(args)-1)+`)`, args...)
	})
	return err
}

// EndSession ends the session with this id. The last one of a user who only typed the address lets
// that go. ErrNotFound: no such live session.
func (s *Store) EndSession(ctx context.Context, id string) error {
	_, err := write(ctx, s, "end a session", func(ctx context.Context, tx *sql.Tx) (none struct{}, err error) {
		if err := lapse(ctx, tx, s.now()); err != nil {
			return none, err
		}
		var user string
		if err := tx.QueryRowContext(ctx, `DELETE FROM sessions WHERE id = $1 RETURNING user_id`, id).Scan(&user); err != nil {
			return none, found(err)
		}
		_, err = tx.ExecContext(ctx, `
			UPDATE users SET email = NULL
			WHERE id = $1 AND verified = 0 AND NOT EXISTS (SELECT 1 FROM sessions WHERE user_id = users.id)`, user)
		return none, err
	})
	return err
}

// lapse ends the sessions that were not used for Hold, or never, and releases the addresses that only
// they held. Afterwards every session there is, is live.
func lapse(ctx context.Context, tx *sql.Tx, now time.Time) error {
	const dead = `(used <= $1 OR used = created AND created <= $2)`
	limits := []any{now.Add(-Hold).UnixMicro(), now.Add(-unusedHold).UnixMicro()}
	_, err := tx.ExecContext(ctx, `
		UPDATE users SET email = NULL
		WHERE verified = 0
		  AND id IN (SELECT user_id FROM sessions WHERE `+dead+`)
		  AND NOT EXISTS (SELECT 1 FROM sessions WHERE user_id = users.id AND NOT `+dead+`)`, limits...)
	if err != nil {
		return fmt.Errorf("release lapsed addresses: %w", err)
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM sessions WHERE `+dead, limits...); err != nil {
		return fmt.Errorf("end lapsed sessions: %w", err)
	}
	return nil
}

func insertSession(ctx context.Context, tx *sql.Tx, user User, c Claim, now time.Time) (Session, error) {
	at := moment(now.UnixMicro())
	s := Session{ID: newID(), User: user, Browser: c.Browser, Created: at, Used: at}
	_, err := tx.ExecContext(ctx, `INSERT INTO sessions (id, token, user_id, browser, created, used) VALUES ($1, $2, $3, $4, $5, $5)`,
		s.ID, hex.EncodeToString(c.TokenHash), user.ID, s.Browser, at.UnixMicro())
	return s, err
}

func selectSessions(ctx context.Context, q querier, which string, args ...any) (sessions []Session, err error) {
	rows, err := q.QueryContext(ctx, `
		SELECT s.id, s.browser, s.created, s.used, `+userColumns+`
		FROM sessions s JOIN users u ON u.id = s.user_id WHERE `+which, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var s Session
		var created, used int64
		if err := s.User.scan(rows, &s.ID, &s.Browser, &created, &used); err != nil {
			return nil, err
		}
		s.Created, s.Used = moment(created), moment(used)
		sessions = append(sessions, s)
	}
	return sessions, rows.Err()
}
