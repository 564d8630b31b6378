"""What is known of scipy, as data: an extension of the tables of :mod:`pydron.analysis.library`.

Decisions that are not obvious:

* What draws random numbers by itself (``rvs``, ``bootstrap``, ``differential_evolution``, ``kmeans``, ``fisher_exact``
  of a large table) is not here, nor what prints (``fmin``, ``logm``, ``odeint``), nor what keeps state for later calls.
* Solvers and integrators compute only if the function that they are given does; that is looked at when they are called.
* Warnings of scipy's are not counted as an effect, as those of numpy are not.
* Splines, trees and sparse matrices are made, but what is done with them afterwards happens in its turn.
* ``options`` and ``verbose`` may ask a solver to print, so calls with them are sync-points.
"""

from __future__ import annotations

from collections.abc import Mapping

from pydron.analysis.tables import positions, table

FUNCTIONS: Mapping[str, frozenset[str]] = table(
    scipy__special="""
        agm airy bei bernoulli beta betainc betaincc betaincinv betaln binom boxcox boxcox1p cbrt chebyt comb cosdg
        cosm1 dawsn digamma diric ellip_harm ellipe ellipeinc ellipj ellipk ellipkinc ellipkm1 elliprc elliprd elliprf
        elliprg elliprj entr erf erfc erfcinv erfcx erfi erfinv euler eval_chebyt eval_chebyu eval_hermite
        eval_hermitenorm eval_jacobi eval_laguerre eval_legendre exp1 exp10 exp2 expi expit expm1 expn exprel factorial
        factorial2 factorialk fresnel gamma gammainc gammaincc gammainccinv gammaincinv gammaln gammasgn gdtr h1vp
        hankel1 hankel2 hermite huber hyp0f1 hyp1f1 hyp2f1 hyperu i0 i0e i1 i1e inv_boxcox it2i0k0 iv ive ivp j0 j1 jn
        jn_zeros jnjnp_zeros jnp_zeros jv jve jvp k0 k0e k1 k1e kelvin kl_div kn kv kve kvp laguerre lambertw legendre
        log1p log_expit log_ndtr log_softmax loggamma logit logsumexp modstruve multigammaln ndtr ndtri owens_t pdtr
        pdtrc perm poch polygamma pseudo_huber psi radian rel_entr rgamma roots_chebyt roots_hermite roots_laguerre
        roots_legendre round shichi sici sinc sindg smirnov softmax spence spherical_in spherical_jn spherical_kn
        spherical_yn stdtr stdtrit stirling2 struve tandg tklmbda voigt_profile wofz wright_bessel wrightomega xlog1py
        xlogy y0 y0_zeros y1 yn yn_zeros yv yve yvp zeta zetac
    """,
    scipy__linalg="""
        bandwidth block_diag cho_factor cho_solve cholesky circulant companion convolution_matrix coshm cosm det dft
        eig eig_banded eigh eigh_tridiagonal eigvals eigvals_banded eigvalsh expm expm_frechet fiedler
        fractional_matrix_power hadamard hankel helmert hessenberg hilbert inv invhilbert invpascal ishermitian
        issymmetric khatri_rao ldl lstsq lu lu_factor lu_solve matmul_toeplitz norm null_space ordqz orth
        orthogonal_procrustes pascal pinv pinvh polar qr qr_multiply qz rq rsf2csf schur sinhm sinm solve solve_banded
        solve_circulant solve_continuous_are solve_continuous_lyapunov solve_discrete_are solve_discrete_lyapunov
        solve_sylvester solve_toeplitz solve_triangular solveh_banded subspace_angles svd svdvals tanhm tanm toeplitz
    """,
    scipy__fft="""
        dct dctn dst dstn fft fft2 fftfreq fftn fftshift fht fhtoffset hfft hfft2 hfftn idct idctn idst idstn ifft
        ifft2 ifftn ifftshift ifht ihfft ihfft2 ihfftn irfft irfft2 irfftn next_fast_len prev_fast_len rfft rfft2
        rfftfreq rfftn
    """,
    scipy__stats="""
        alexandergovern anderson anderson_ksamp ansari barnard_exact bartlett bayes_mvs binned_statistic
        binned_statistic_2d binomtest boschloo_exact boxcox boxcox_llf boxcox_normmax brunnermunzel chatterjeexi
        chi2_contingency chisquare circmean circstd circvar combine_pvalues cramervonmises cramervonmises_2samp cumfreq
        describe differential_entropy energy_distance entropy epps_singleton_2samp expectile f_oneway
        false_discovery_control fligner friedmanchisquare gaussian_kde gmean gstd gzscore hmean iqr jarque_bera
        kendalltau kruskal ks_1samp ks_2samp kstat kstatvar kstest kurtosis kurtosistest levene linregress lmoment
        mannwhitneyu median_abs_deviation median_test mode moment mood normaltest obrientransform page_trend_test
        pearsonr percentileofscore pmean pointbiserialr poisson_means_test power_divergence ppcc_max quantile_test
        rankdata relfreq scoreatpercentile sem shapiro siegelslopes sigmaclip skew skewtest somersd spearmanr
        theilslopes tmax tmean tmin trim1 trim_mean trimboth tsem tstd ttest_1samp ttest_ind ttest_ind_from_stats
        ttest_rel tukey_hsd tvar variation wasserstein_distance weightedtau wilcoxon yeojohnson yeojohnson_llf
        yeojohnson_normmax zmap zscore
    """,
    scipy__optimize="""
        brenth brentq curve_fit fixed_point fsolve isotonic_regression least_squares leastsq linear_sum_assignment
        linprog lsq_linear milp minimize minimize_scalar newton nnls ridder root root_scalar rosen rosen_der rosen_hess
        toms748
    """,
    scipy__integrate="""
        cumulative_simpson cumulative_trapezoid dblquad fixed_quad newton_cotes quad quad_vec romb simpson solve_ivp
        tplquad trapezoid
    """,
    scipy__interpolate="""
        Akima1DInterpolator BSpline CubicSpline griddata interp1d interpn InterpolatedUnivariateSpline
        KroghInterpolator lagrange LinearNDInterpolator make_interp_spline make_smoothing_spline NearestNDInterpolator
        pchip_interpolate PchipInterpolator RBFInterpolator RectBivariateSpline RegularGridInterpolator splev splprep
        splrep UnivariateSpline
    """,
    scipy__signal="""
        argrelmax argrelmin bilinear bilinear_zpk bode butter buttord cheb1ord cheb2ord cheby1 cheby2 chirp
        choose_conv_method coherence cont2discrete convolve convolve2d correlate correlate2d correlation_lags csd
        cspline1d cspline1d_eval czt czt_points dbode decimate deconvolve detrend dfreqresp dimpulse dlsim dstep ellip
        ellipord fftconvolve filtfilt find_peaks find_peaks_cwt findfreqs firls firwin firwin2 freqresp freqs freqs_zpk
        freqz freqz_zpk gauss_spline gausspulse group_delay hilbert hilbert2 iircomb iirdesign iirfilter iirnotch
        iirpeak impulse invres invresz istft kaiser_atten kaiser_beta kaiserord lfilter lfilter_zi lfiltic lombscargle
        lp2bp lp2bs lp2hp lp2lp medfilt medfilt2d minimum_phase normalize oaconvolve order_filter peak_prominences
        peak_widths periodogram qspline1d qspline1d_eval remez resample resample_poly residue residuez savgol_coeffs
        savgol_filter sawtooth sos2tf sos2zpk sosfilt sosfiltfilt spectrogram square ss2tf ss2zpk step stft sweep_poly
        tf2sos tf2ss tf2zpk unique_roots unit_impulse upfirdn vectorstrength welch wiener zoom_fft zpk2sos zpk2ss
        zpk2tf
    """,
    scipy__signal__windows="""
        barthann bartlett blackman blackmanharris bohman boxcar chebwin cosine dpss exponential flattop gaussian
        general_gaussian general_hamming get_window hamming hann kaiser kaiser_bessel_derived lanczos nuttall parzen
        taylor triang tukey
    """,
    scipy__ndimage="""
        affine_transform binary_closing binary_dilation binary_erosion binary_fill_holes binary_hit_or_miss
        binary_opening binary_propagation black_tophat center_of_mass convolve convolve1d correlate correlate1d
        distance_transform_bf distance_transform_cdt distance_transform_edt extrema find_objects fourier_ellipsoid
        fourier_gaussian fourier_shift fourier_uniform gaussian_filter gaussian_filter1d gaussian_gradient_magnitude
        gaussian_laplace generate_binary_structure grey_closing grey_dilation grey_erosion grey_opening histogram
        iterate_structure label laplace map_coordinates maximum maximum_filter maximum_filter1d maximum_position mean
        median median_filter minimum minimum_filter minimum_filter1d minimum_position morphological_gradient
        morphological_laplace percentile_filter prewitt rotate shift sobel spline_filter spline_filter1d
        standard_deviation sum_labels uniform_filter uniform_filter1d value_indices variance white_tophat zoom
    """,
    scipy__sparse="""
        block_diag bsr_array bsr_matrix coo_array coo_matrix csc_array csc_matrix csr_array csr_matrix dia_array
        dia_matrix diags diags_array dok_array dok_matrix eye eye_array find hstack identity issparse isspmatrix kron
        kronsum lil_array lil_matrix spdiags tril triu vstack
    """,
    scipy__spatial="""
        cKDTree ConvexHull Delaunay distance_matrix KDTree minkowski_distance procrustes Voronoi
    """,
    scipy__spatial__distance="""
        braycurtis canberra cdist chebyshev cityblock correlation cosine dice euclidean hamming is_valid_dm is_valid_y
        jaccard jensenshannon mahalanobis minkowski num_obs_dm pdist rogerstanimoto russellrao seuclidean sokalsneath
        sqeuclidean squareform yule
    """,
    scipy__cluster__hierarchy="""
        average centroid complete cut_tree fcluster fclusterdata is_valid_im is_valid_linkage leaves_list linkage
        median single ward weighted
    """,
    scipy__cluster__vq="""
        vq whiten
    """,
)
"""Module -> names of functions and classes that compute at once."""

CALLING: Mapping[str, frozenset[str]] = table(
    scipy__integrate="dblquad fixed_quad quad quad_vec solve_ivp tplquad",
    scipy__optimize="""
        brenth brentq curve_fit fixed_point fsolve least_squares leastsq minimize minimize_scalar newton ridder root
        root_scalar toms748
    """,
)
"""Module -> names of those that call functions they are given."""

FUNCTION_POSITIONS: Mapping[str, int] = dict.fromkeys((name for names in CALLING.values() for name in names), 0)
"""Name of one of those -> index of the positional argument that is called."""

OVERWRITING: frozenset[str] = frozenset(
    """
    options out overwrite_a overwrite_a_band overwrite_ab overwrite_b overwrite_c overwrite_d overwrite_data overwrite_x
    printing verbose workers
    """.split()
)
"""Keyword arguments with which a function may do more than compute."""

OUTPUT_KEYWORDS: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(FUNCTIONS, OVERWRITING),
    "scipy.ndimage": OVERWRITING | {"distances", "indices", "output"},
}
"""Module -> keyword arguments with which its functions may do more than compute."""

OUTPUT_POSITIONS: Mapping[str, Mapping[str, int]] = {
    "scipy.special": positions(
        """
        zeta:2
        """
    ),
    "scipy.linalg": positions(
        """
        cho_factor:2 cho_solve:2 cholesky:2 det:1 eig:4 eig_banded:3 eigvals:2 eigvals_banded:2 hessenberg:2 inv:1
        ldl:3 lstsq:3 lu:2 lu_factor:1 lu_solve:3 matmul_toeplitz:3 ordqz:4 qr:1 qr_multiply:5 qz:5 rq:1 schur:3
        solve:3 solve_banded:3 solve_triangular:5 solveh_banded:2 svd:3 svdvals:1
        """
    ),
    "scipy.fft": positions(
        """
        dct:5 dctn:5 dst:5 dstn:5 fft:4 fft2:4 fftn:4 hfft:4 hfft2:4 hfftn:4 idct:5 idctn:5 idst:5 idstn:5 ifft:4
        ifft2:4 ifftn:4 ihfft:4 ihfft2:4 ihfftn:4 irfft:4 irfft2:4 irfftn:4 rfft:4 rfft2:4 rfftn:4
        """
    ),
    "scipy.optimize": positions(
        """
        least_squares:16 linprog:8 lsq_linear:8 minimize:11 minimize_scalar:6 root:7 root_scalar:11
        """
    ),
    "scipy.integrate": positions(
        """
        quad_vec:8
        """
    ),
    "scipy.signal": positions(
        """
        detrend:4
        """
    ),
    "scipy.ndimage": positions(
        """
        affine_transform:4 binary_closing:3 binary_dilation:4 binary_erosion:4 binary_fill_holes:2 binary_hit_or_miss:3
        binary_opening:3 binary_propagation:3 black_tophat:4 convolve:2 convolve1d:3 correlate:2 correlate1d:3
        distance_transform_bf:5 distance_transform_cdt:4 distance_transform_edt:4 fourier_ellipsoid:4
        fourier_gaussian:4 fourier_shift:4 fourier_uniform:4 gaussian_filter:3 gaussian_filter1d:4
        gaussian_gradient_magnitude:2 gaussian_laplace:2 grey_closing:4 grey_dilation:4 grey_erosion:4 grey_opening:4
        label:2 laplace:1 map_coordinates:2 maximum_filter:3 maximum_filter1d:3 median_filter:3 minimum_filter:3
        minimum_filter1d:3 morphological_gradient:4 morphological_laplace:4 percentile_filter:4 prewitt:2 rotate:4
        shift:2 sobel:2 spline_filter:2 spline_filter1d:3 uniform_filter:2 uniform_filter1d:3 white_tophat:4 zoom:2
        """
    ),
}
"""Module -> function -> index of the first positional argument that is one of those."""

_DISTRIBUTION = "cdf entropy interval isf logcdf logsf mean median moment ppf sf stats std support var"

MEMBERS: Mapping[str, Mapping[str, frozenset[str]]] = {
    "scipy.stats": table(rv_continuous=f"{_DISTRIBUTION} logpdf pdf", rv_discrete=f"{_DISTRIBUTION} logpmf pmf"),
}
"""Module -> class -> names of methods that only compute, of the objects of this class that stand in the module."""
