package socket

import "fmt"

// The close codes of RFC 6455 §7.4.1, and those that IANA's registry added to them.
const (
	NormalClosure      = 1000
	GoingAway          = 1001
	ProtocolError      = 1002
	UnsupportedData    = 1003
	NoStatusReceived   = 1005 // the peer's close frame had no code; never on the wire
	AbnormalClosure    = 1006 // TCP ended without a close frame; never on the wire
	InvalidPayload     = 1007
	PolicyViolation    = 1008
	MessageTooBig      = 1009
	MandatoryExtension = 1010
	InternalError      = 1011
	ServiceRestart     = 1012
	TryAgainLater      = 1013
	BadGateway         = 1014
)

// A CloseError says how a connection ended: with the peer's code or with ours, whichever was first.
type CloseError struct {
	Code   int
	Reason string // at most 123 bytes. The peer's own words, if it was the peer: text to distrust
	Err    error  // what broke, for AbnormalClosure
}

// Error leaves the reason out, since the peer may have written it and errors are logged.
func (e *CloseError) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("socket: closed with %d: %v", e.Code, e.Err)
	}
	return fmt.Sprintf("socket: closed with %d", e.Code)
}

// Unwrap gives what broke.
func (e *CloseError) Unwrap() error { return e.Err }

// validCode tells whether a close frame may carry the code (RFC 6455 §7.4): one that is defined and
// meant for the wire, or one of the ranges for libraries and applications.
func validCode(code int) bool {
	switch code {
	case 1004, NoStatusReceived, AbnormalClosure:
		return false
	}
	return 1000 <= code && code <= BadGateway || 3000 <= code && code <= 4999
}
