//! The user's terminal: taken, and always given back as it was.

use std::io::{self, Stdout, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use crossterm::clipboard::CopyToClipboard;
use crossterm::event::{
    DisableBracketedPaste, DisableFocusChange, DisableMouseCapture, EnableBracketedPaste, EnableFocusChange,
    EnableMouseCapture,
};
use crossterm::style::Print;
use crossterm::terminal::{
    BeginSynchronizedUpdate, Clear, ClearType, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
    disable_raw_mode, enable_raw_mode,
};
use crossterm::{cursor, execute, queue};
use ratatui::Frame;
use ratatui::backend::CrosstermBackend;
use tokio::sync::mpsc;

use super::answer::{self, Answer};
use super::jobs;

/// The terminal while the board is on it; dropping it gives it back.
#[derive(Debug)]
pub(super) struct Terminal {
    inner: ratatui::Terminal<CrosstermBackend<Screen>>,
    mouse: bool,
    panics: mpsc::Receiver<String>,
}

impl Terminal {
    /// Takes the terminal over, to give it back in every case, panics included.
    ///
    /// # Errors
    /// When the terminal refuses raw mode or cannot be written to.
    pub(super) fn take(mouse: bool) -> io::Result<Self> {
        let panics = hear_of_panics();
        let inner = ratatui::Terminal::new(CrosstermBackend::new(Screen(io::stdout())))?;
        let mut terminal = Self { inner, mouse, panics };
        terminal.enter()?;
        Ok(terminal)
    }

    /// What a thread that is not the board's panicked with.
    pub(super) async fn panicked(&mut self) -> String {
        match self.panics.recv().await {
            Some(panic) => panic,
            None => std::future::pending().await,
        }
    }

    /// Draws one frame; the terminal shows it all at once where it can.
    ///
    /// # Errors
    /// When the terminal cannot be written to.
    pub(super) fn draw(&mut self, draw: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        queue!(self.inner.backend_mut(), BeginSynchronizedUpdate)?;
        self.inner.draw(draw)?;
        execute!(self.inner.backend_mut(), EndSynchronizedUpdate)
    }

    /// Puts text on the clipboard of the terminal's own machine (OSC 52), also over ssh.
    ///
    /// # Errors
    /// When the terminal cannot be written to.
    pub(super) fn copy(&mut self, text: &str) -> io::Result<()> {
        execute!(self.inner.backend_mut(), CopyToClipboard::to_clipboard_from(text))
    }

    /// Asks what the terminal's background is; the answer comes among the keys.
    ///
    /// # Errors
    /// When the terminal cannot be written to.
    pub(super) fn ask_background(&mut self) -> io::Result<Answer> {
        // Cleared after it: a terminal that does not know the question may have written it out.
        execute!(self.inner.backend_mut(), Print(answer::QUESTION), Clear(ClearType::All))?;
        Ok(Answer::awaited(Instant::now()))
    }

    /// Captures the mouse, or leaves it to the terminal's own selection.
    ///
    /// # Errors
    /// When the terminal cannot be written to.
    pub(super) fn capture_mouse(&mut self, capture: bool) -> io::Result<()> {
        self.mouse = capture;
        if capture {
            execute!(self.inner.backend_mut(), EnableMouseCapture)
        } else {
            execute!(self.inner.backend_mut(), DisableMouseCapture)
        }
    }

    /// Gives the terminal back to the shell, stops this process, and takes the terminal again when it is continued.
    ///
    /// # Errors
    /// When the terminal cannot be taken again.
    #[cfg(unix)]
    pub(super) fn suspend(&mut self) -> io::Result<()> {
        give_back()?;
        // The whole job, as the terminal itself would: a shell waits for every process of a pipeline to stop.
        rustix::process::kill_current_process_group(rustix::process::Signal::STOP)?;
        self.resume()
    }

    /// Windows has no job control: nothing happens.
    ///
    /// # Errors
    /// Never.
    #[cfg(not(unix))]
    pub(super) fn suspend(&mut self) -> io::Result<()> {
        Ok(())
    }

    /// Gives the terminal to another program; [`Terminal::resume`] takes it again.
    ///
    /// # Errors
    /// When the terminal cannot be given back.
    pub(super) fn lend() -> io::Result<()> {
        give_back()
    }

    /// Takes the terminal again after the process was stopped, and forgets what was drawn on it.
    ///
    /// # Errors
    /// When the terminal refuses raw mode or cannot be written to.
    pub(super) fn resume(&mut self) -> io::Result<()> {
        self.enter()?;
        self.forget()
    }

    /// Forgets what was drawn: the next frame is drawn anew, over whatever has come onto the screen.
    ///
    /// # Errors
    /// When the terminal cannot be written to.
    pub(super) fn forget(&mut self) -> io::Result<()> {
        // Not `clear`, which asks the terminal for its cursor and fails when it does not answer in time.
        self.inner = ratatui::Terminal::new(CrosstermBackend::new(Screen(io::stdout())))?;
        execute!(self.inner.backend_mut(), Clear(ClearType::All))
    }

    fn enter(&mut self) -> io::Result<()> {
        TAKEN.store(true, Ordering::SeqCst);
        enable_raw_mode()?;
        execute!(
            self.inner.backend_mut(),
            EnterAlternateScreen,
            EnableBracketedPaste,
            EnableFocusChange,
            cursor::Hide
        )?;
        self.capture_mouse(self.mouse)
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // Nobody is left to tell when the terminal itself is gone.
        GONE.store(give_back().is_err(), Ordering::SeqCst);
    }
}

/// Where frames are written to; once the terminal is gone, nowhere. What `ratatui` writes at its own end would fail else,
/// and be told on a standard error that is gone as well, which panics.
#[derive(Debug)]
struct Screen(Stdout);

static GONE: AtomicBool = AtomicBool::new(false);

impl Write for Screen {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if GONE.load(Ordering::SeqCst) { Ok(bytes.len()) } else { self.0.write(bytes) }
    }

    fn flush(&mut self) -> io::Result<()> {
        if GONE.load(Ordering::SeqCst) { Ok(()) } else { self.0.flush() }
    }
}

/// Whether the terminal is ours: giving it back twice would put the cursor over what was printed in between.
static TAKEN: AtomicBool = AtomicBool::new(false);

fn give_back() -> io::Result<()> {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return Ok(());
    }
    let mut out = io::stdout();
    let shown = execute!(
        out,
        EndSynchronizedUpdate,
        DisableMouseCapture,
        DisableBracketedPaste,
        DisableFocusChange,
        LeaveAlternateScreen,
        cursor::Show
    );
    disable_raw_mode()?;
    out.flush()?;
    shown
}

/// A panic on the board's own thread gives the terminal back before it is reported. One on another thread leaves the
/// terminal to the board, which hears of it, ends in order, and reports it then. One in a job is the job's last news.
fn hear_of_panics() -> mpsc::Receiver<String> {
    let (tell, panics) = mpsc::channel(1);
    let report = std::panic::take_hook();
    let board = std::thread::current().id();
    std::panic::set_hook(Box::new(move |panic| {
        if jobs::take_panic(panic) {
            return;
        }
        if std::thread::current().id() != board && TAKEN.load(Ordering::SeqCst) {
            // The first of several panics is the one that matters.
            let _ = tell.try_send(panic.to_string());
            return;
        }
        let _ = give_back();
        report(panic);
    }));
    panics
}
