#[derive(Clone, Debug)]
pub struct LengthBiased;
impl LengthBiased {
    pub fn new(_: &crate::dist::Law) -> Option<LengthBiased> {
        None
    }
    pub fn draw(&self, _: f64, _: f64) -> f64 {
        0.0
    }
    pub fn likelihood_ratio(&self, _: f64) -> f64 {
        1.0
    }
}
pub trait Density {
    fn has_density(&self) -> bool;
}
impl Density for crate::dist::Law {
    fn has_density(&self) -> bool {
        !matches!(
            self,
            crate::dist::Law::Fixed(_) | crate::dist::Law::Empirical(_)
        )
    }
}
