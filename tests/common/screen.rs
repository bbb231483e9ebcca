//! What the screen shows, drawn as the loop draws it.

use arrivals::app::model::Model;
use arrivals::ui::{self, Background, Depth, Theme};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use unicode_width::UnicodeWidthStr;

/// Draws until the layout has settled.
pub fn draw(model: &mut Model, width: u16, height: u16, theme: &Theme) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    for _ in 0..2 {
        let mut geometry = None;
        terminal.draw(|frame| geometry = Some(ui::draw(frame, model, theme))).unwrap();
        model.drawn(geometry.unwrap());
    }
    terminal.backend().buffer().clone()
}

pub fn theme() -> Theme {
    Theme::new(Depth::Ansi256, Background::Dark)
}

/// What is seen at a size.
pub fn screen(model: &mut Model, width: u16, height: u16) -> String {
    text(&draw(model, width, height, &theme()))
}

pub fn text(buffer: &Buffer) -> String {
    rows(buffer).iter().map(|row| row.trim_end()).collect::<Vec<_>>().join("\n")
}

/// Every row in its full width.
pub fn rows(buffer: &Buffer) -> Vec<String> {
    let area = buffer.area;
    let row = |y| {
        let (mut skip, mut line) = (0, String::new());
        for x in 0..area.width {
            if skip == 0 {
                line.push_str(buffer[(x, y)].symbol());
                skip = buffer[(x, y)].symbol().width().saturating_sub(1);
            } else {
                skip -= 1;
            }
        }
        line
    };
    (0..area.height).map(row).collect()
}
